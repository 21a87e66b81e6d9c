"""Breaker and Guarded: while the provider does not answer, it is not asked, and callers learn that at once.

Own code, because a use case may run without an event loop: the libraries for this decorate functions of one kind.
"""

import logging
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

import attrs

from payments.domain.errors import CredentialsRefused, GatewayError, NotSent, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, Gateway, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.observing.tracing import Kind, span

T = TypeVar("T")
log = logging.getLogger("payments.provider")

OPENS_AFTER: Final = 5
"""Calls in a row without an answer after which the breaker opens."""
OPENS_ABOUT: Final = 3
"""How many different payments those calls must be about: one that is never answered must not close the shop."""
FIRST_WAIT_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 60.0
PROBE_SECONDS: Final = 90.0
"""After how long a probe that has not come back no longer keeps the next one from being sent."""


class State(StrEnum):
    """Closed: calls pass. Open: none does. Half open: one probe is on its way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@attrs.define
class Breaker:
    """Counts calls without an answer. Any thread may use it; each wait is twice the one before, up to a minute."""

    seconds: Callable[[], float] = time.monotonic
    _failed: list[str] = attrs.field(factory=list, init=False)
    _wait: float = attrs.field(default=0.0, init=False)
    _opens_at: float = attrs.field(default=0.0, init=False)
    _probing: bool = attrs.field(default=False, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    @property
    def state(self) -> State:
        if not self._wait:
            return State.CLOSED
        return State.HALF_OPEN if self._probing else State.OPEN

    def enter(self) -> None:
        """Let a call pass. Raises NotSent while the breaker is open, or while a probe is on its way."""
        with self._lock:
            if not self._wait:
                return
            if self.seconds() < self._opens_at:
                raise NotSent("The provider has not answered for a while, so it was not asked. Try again soon.")
            self._probing, self._opens_at = True, self.seconds() + PROBE_SECONDS
        log.info("The provider is asked again: one call is sent.")

    def answered(self) -> None:
        """Note an answer, also a refusal."""
        with self._lock:
            was_open, self._wait, self._probing = bool(self._wait), 0.0, False
            self._failed.clear()
        if was_open:
            log.warning("The provider answers again.")

    def unanswered(self, about: str) -> None:
        """Note a call that got no answer."""
        with self._lock:
            self._failed = [*self._failed, about][-OPENS_AFTER * 10 :]
            is_down = len(self._failed) >= OPENS_AFTER and len(set(self._failed)) >= OPENS_ABOUT
            if not (self._probing or (is_down and not self._wait)):
                return
            self._wait = min(self._wait * 2, LONGEST_WAIT_SECONDS) if self._wait else FIRST_WAIT_SECONDS
            self._opens_at, self._probing = self.seconds() + self._wait, False
        log.error("The provider does not answer. It is not asked for %.0f seconds.", self._wait)


def uncounted(*_: str) -> None:
    """Count nothing."""


@attrs.frozen
class Guarded:
    """The same gateway, behind a breaker. `count` gets each call's operation, and `answered` or an error's slug."""

    _gateway: Gateway
    breaker: Breaker
    _count: Callable[[str, str], None] = uncounted

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""
        return self._gateway.listing_span

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Make the provider refuse any other amount for this id."""
        await self._asked("prepare", merchant_id, self._gateway.prepare(merchant_id, price))

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        """Return what the provider says of one attempt."""
        return await self._asked("find", gateway_id, self._gateway.find(gateway_id, merchant_id))

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return all attempts under our id."""
        return await self._asked("attempts", merchant_id, self._gateway.attempts(merchant_id))

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        """Refund once."""
        return await self._asked("refund", refund.gateway_id, self._gateway.refund(refund, currency, merchant_id))

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        """Close a virtual account that waits for a deposit."""
        return await self._asked("revoke", gateway_id, self._gateway.revoke(gateway_id, merchant_id))

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of all attempts that reached their present state in [since, until]."""
        return await self._asked("listing", f"listing {since}", self._gateway.listing(since, until, page))

    async def _asked(self, operation: str, about: str, call: Coroutine[Any, Any, T]) -> T:
        with span(f"provider {operation}", Kind.CLIENT) as traced:
            try:
                return await self._passed(operation, about, call)
            except GatewayError as error:
                traced.note(error__type=error.slug)
                raise

    async def _passed(self, operation: str, about: str, call: Coroutine[Any, Any, T]) -> T:
        try:
            self.breaker.enter()
        except NotSent:
            call.close()
            self._count(operation, "not-asked")
            raise
        try:
            answer = await call
        except GatewayError as error:
            self._count(operation, error.slug)
            if isinstance(error, NotSent | Unknown) and not isinstance(error, CredentialsRefused | StillAtWork):
                self.breaker.unanswered(about)
            else:
                self.breaker.answered()
            raise
        self.breaker.answered()
        self._count(operation, "answered")
        return answer
