"""What a browser and a provider's messages need: the window to open, and the hint in a webhook or a return."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs

from payments.domain.access import Hint
from payments.domain.payment import Payment


@attrs.frozen(kw_only=True)
class Contact:
    """The buyer's contact data for the window, passed on and not stored. Some providers require the phone."""

    name: str = attrs.field(default="", repr=False)
    phone: str = attrs.field(default="", repr=False)
    email: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class Window:
    """What a browser needs to open a window: the provider's script, and `parameters` in that provider's words."""

    provider: str
    script: str
    parameters: Mapping[str, Any] = attrs.field(repr=False)
    notes: tuple[Any, ...] = ()
    """What the channel's rules say of the payment: findings, each a warning or what was corrected."""


class PaymentWindow(Protocol):
    """Makes windows. The browser chooses neither amount nor id."""

    def __call__(self, payment: Payment, contact: Contact) -> Window:
        """Return what opens the window of *payment*."""


class HintReader(Protocol):
    """Reads what a provider's webhook, or the address of a returning phone, names. It is never believed."""

    def webhook(self, body: bytes, headers: Mapping[str, str], query: str, now: datetime) -> Hint:
        """Return what a webhook names: nothing where it names nothing. Raises WebhookForged where the provider signs.

        *body* is as it was received, *headers* have names in lower case, and *query* is the address's.
        """

    def returning(self, query: Sequence[tuple[str, str]]) -> Hint:
        """Return what the address of a returning phone names."""
