"""OffLoop: a blocking Gateway for an event loop. Each call to the provider holds one thread of a bounded pool."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from payments.domain.money import Money
from payments.domain.ports import Attempts, Gateway, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run

T = TypeVar("T")


class OffLoop:
    """The same gateway. How many calls may wait for a thread is bounded by what the server admits."""

    def __init__(self, gateway: Gateway, threads: int) -> None:
        self._gateway = gateway
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="provider")

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""
        return self._gateway.listing_span

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Make the provider refuse any other amount for this id."""
        await self._in_thread(partial(self._gateway.prepare, merchant_id, price))

    async def find(self, gateway_id: GatewayId) -> Report | None:
        """Return what the provider says of one attempt; None if it knows none."""
        return await self._in_thread(partial(self._gateway.find, gateway_id))

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return all attempts under our id."""
        return await self._in_thread(partial(self._gateway.attempts, merchant_id))

    async def refund(self, refund: Refund, currency: str) -> Report:
        """Refund once."""
        return await self._in_thread(partial(self._gateway.refund, refund, currency))

    async def revoke(self, gateway_id: GatewayId) -> Report:
        """Close a virtual account that waits for a deposit."""
        return await self._in_thread(partial(self._gateway.revoke, gateway_id))

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of all attempts that reached their present state in [since, until]."""
        return await self._in_thread(partial(self._gateway.listing, since, until, page))

    def close(self) -> None:
        """Wait for the calls that were sent; each has its own deadline."""
        self._pool.shutdown(wait=True)

    async def _in_thread(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        context = contextvars.copy_context()  # log lines keep the id of the request
        return await asyncio.wrap_future(self._pool.submit(lambda: context.run(run, call())))
