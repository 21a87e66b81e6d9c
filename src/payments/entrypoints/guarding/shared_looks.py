"""SharedLooks: on an event loop, many who ask the same of the provider at once share the next answer.

Whoever asks while a look is under way gets the one after it, not that one: its answer may be older than the question.
So there is one look at a payment under way and one that waits, however many ask, and every answer is fresh.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import attrs

from payments.domain.money import Money
from payments.domain.ports import Attempts, Gateway, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId

Look = Callable[[], Coroutine[Any, Any, Any]]


@attrs.define
class _Line:
    """The looks at one thing: the one under way, and the one that begins when it ends."""

    running: "asyncio.Task[Any]"
    waiting: "asyncio.Task[Any] | None" = None


@attrs.frozen
class SharedLooks:
    """The same gateway, for one event loop. What moves money is never shared."""

    _gateway: Gateway
    _lines: dict[str, _Line] = attrs.field(factory=dict, init=False)

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""
        return self._gateway.listing_span

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Make the provider refuse any other amount for this id."""
        await self._gateway.prepare(merchant_id, price)

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        """Return what the provider says of one attempt."""
        look = partial(self._gateway.find, gateway_id, merchant_id)
        found: Report | None = await self._shared(f"find {gateway_id} {merchant_id}", look)
        return found

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return all attempts under our id."""
        found: Attempts = await self._shared(f"attempts {merchant_id}", lambda: self._gateway.attempts(merchant_id))
        return found

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        """Refund once."""
        return await self._gateway.refund(refund, currency, merchant_id)

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        """Close a virtual account that waits for a deposit."""
        return await self._gateway.revoke(gateway_id, merchant_id)

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of all attempts that reached their present state in [since, until]."""
        return await self._gateway.listing(since, until, page)

    async def _shared(self, name: str, look: Look) -> Any:
        """Return the answer of a look that began after this call. A caller who leaves takes it from nobody else."""
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = _Line(_task(self._first(name, look)))
            return await asyncio.shield(line.running)
        if line.waiting is None:
            line.waiting = _task(self._next(line.running, name, look))
        return await asyncio.shield(line.waiting)

    async def _first(self, name: str, look: Look) -> Any:
        try:
            return await look()
        finally:
            self._move_up(name)

    async def _next(self, before: "asyncio.Task[Any]", name: str, look: Look) -> Any:
        await asyncio.wait([before])
        return await self._first(name, look)

    def _move_up(self, name: str) -> None:
        line = self._lines[name]
        if line.waiting is None or line.waiting is asyncio.current_task():
            del self._lines[name]
        else:
            line.running, line.waiting = line.waiting, None


def _task(look: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Return the running look. Its failure is told to whoever waits; where nobody does, nobody is to be told."""
    task = asyncio.create_task(look)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task
