"""Known: what was ever stored, told and leased, as the laws remember it."""

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from payments.domain.event import Event
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId

if TYPE_CHECKING:
    from simulation.world import World


@attrs.frozen
class Violation:
    """A law that was broken, and how."""

    law: str
    sentence: str


class Known:
    """What `payments`, `timelines` and `orphans` hold was written; the store is compared with it in the end."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.violations: list[Violation] = []
        self.payments: dict[MerchantId, Payment] = {}
        self.timelines: dict[MerchantId, list[Event]] = {}
        self.orphans: dict[GatewayId, Orphan] = {}
        self.owners: dict[GatewayId, MerchantId] = {}
        self.messages: dict[str, tuple[str, str]] = {}
        """Every stored event by whose it is and its number: what must be told."""
        self.told_ids: dict[str, None] = {}
        self.refund_owner: dict[str, MerchantId] = {}
        self.reconciled_until: dict[str, datetime] = {}
        """The mark of each provider's list."""
        self.keys: dict[tuple[str, int, int], str] = {}
        """The idempotency key of each refund's request, by its id, its refusals and its remainder."""
        self.sends: dict[tuple[str, int], None] = {}
        """The sends that have left: the id of the refund, and the number of the send."""
        self.made_due: dict[MerchantId, int] = {}
        """When each payment was last made due at once."""
        self.provider_ids: dict[str, str] = {}
        """The provider's ids of refunds, and our ids for them."""
        self.closable: dict[MerchantId, str] = {}
        """Payments that a person asked to close, or whose order was begun again."""
        self.beginning: list[tuple[str, str, Money]] = []
        """Whose order is being begun now, and for what price: what it meets on its way may be closed for it."""
        self._leases: dict[MerchantId, datetime] = {}

    def broken(self, law: str, sentence: str) -> None:
        self.violations.append(Violation(law, sentence))
