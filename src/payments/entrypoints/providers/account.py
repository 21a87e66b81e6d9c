"""Account: what every provider's account has in common, and the question whether it accepts our keys."""

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol

import attrs

from payments.adapters.system.clock import SystemClock
from payments.domain.payment import Payment
from payments.domain.ports import Contact, Gateway, HintReader, ShadowList, Window
from payments.entrypoints.settings import ChannelOptions, Settings, public_url
from payments.entrypoints.settings.derived import rules_of

ASK_SECONDS: Final = 5.0
"""How long the provider may take to say whether it accepts our keys."""


class Renewable(Protocol):
    """What takes other secrets while it is in use."""

    def renew(self, settings: Any) -> None:
        """Use the secrets of the adapter's *settings* from the next call on."""


class ThreadGateway(Gateway, AbstractContextManager[Any], Renewable, Protocol):
    """A gateway that blocks, and is closed by its `with` block."""


class LoopGateway(Gateway, Protocol):
    """A gateway that suspends."""

    async def close(self) -> None: ...


class OwnLoopGateway(LoopGateway, Renewable, Protocol):
    """A gateway that suspends, with connections of its own."""


@attrs.frozen
class Account(ABC):
    """One provider, as the settings describe it. `name` is stored with its payments, `title` is for people.

    `returns_to` and `notices_to` are the addresses of a program that has pages of its own for them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    settings: Settings
    returns_to: str = ""
    notices_to: str = ""

    @abstractmethod
    def gateway(self, connections: int) -> ThreadGateway:
        """Return a gateway for threads, with at most *connections* calls at a time. Raises BadSettings."""

    @abstractmethod
    def loop_gateway(self, connections: int) -> OwnLoopGateway:
        """Return a gateway for an event loop. Raises BadSettings, or ImportError without aiohttp."""

    @abstractmethod
    def reached(self, connections: int) -> Any:
        """Return the adapter's own settings. Raises BadSettings."""

    @abstractmethod
    def present(self) -> tuple[AbstractContextManager[Any], Coroutine[Any, Any, datetime | None]]:
        """Return a gateway of one try, and the question what time it is there: its answer shows the keys accepted."""

    def channel_faults(self) -> tuple[Sequence[str], str] | None:
        """Return how its channels differ from those that the provider lists, and what to say where they do not.

        None where the provider lists none. Raises GatewayError or BadSettings.
        """
        return None

    @abstractmethod
    def reader(self) -> HintReader:
        """Return what reads its webhooks and the addresses of returning phones."""

    @abstractmethod
    def window(self, payment: Payment, contact: Contact) -> Window:
        """Return what opens the window of *payment*."""

    def shadow(self) -> AbstractContextManager[ShadowList] | None:
        """Return what shows the payments of another provider; None where this one shows only its own."""
        return None

    @property
    def return_url(self) -> str:
        """Where a phone returns after the window."""
        return self.returns_to or f"{public_url(self.settings)}/payments/return"

    @property
    def webhook_url(self) -> str:
        """Where the provider sends its webhooks."""
        return self.notices_to or f"{public_url(self.settings)}/webhooks/{self.name}"

    def notice_url(self, *, wanted: bool) -> str:
        """Return the address that a window names for its webhooks; empty where it names none."""
        known = self.notices_to or self.settings.http.public_url
        return self.webhook_url if known and wanted else ""

    def deposit_due(self, days: int) -> datetime | None:
        """Return until when a virtual account that is issued now waits; None for as long as its bank lets it."""
        return SystemClock().now() + timedelta(days=days) if days else None

    def channel_of(self, payment: Payment) -> ChannelOptions | None:
        """Return the channel of the settings that takes *payment*; None for the account's usual one."""
        name = rules_of(self.settings).channel_for(payment.terms.channel, payment.method)
        return next((one for one in self.settings.channels if one.name == name), None)
