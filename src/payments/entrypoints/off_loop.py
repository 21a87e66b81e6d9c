"""OffLoop: a blocking Gateway for an event loop, where aiohttp is not installed. Each call holds one thread of a pool.

DaemonThreads   that pool: bounded, and its threads do not keep the process from ending
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from queue import SimpleQueue
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
        self._threads = DaemonThreads(threads, "provider")

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""
        return self._gateway.listing_span

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Make the provider refuse any other amount for this id."""
        await self._in_thread(partial(self._gateway.prepare, merchant_id, price))

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        """Return what the provider says of one attempt; None if it knows none."""
        return await self._in_thread(partial(self._gateway.find, gateway_id, merchant_id))

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return all attempts under our id."""
        return await self._in_thread(partial(self._gateway.attempts, merchant_id))

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        """Refund once."""
        return await self._in_thread(partial(self._gateway.refund, refund, currency, merchant_id))

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        """Close a virtual account that waits for a deposit."""
        return await self._in_thread(partial(self._gateway.revoke, gateway_id, merchant_id))

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of all attempts that reached their present state in [since, until]."""
        return await self._in_thread(partial(self._gateway.listing, since, until, page))

    async def close(self) -> None:
        """End the threads that are idle. Calls at work are left behind; each has its own deadline."""
        self._threads.close()

    async def _in_thread(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        context = contextvars.copy_context()  # log lines keep the id of the request
        return await asyncio.wrap_future(self._threads.submit(lambda: context.run(run, call())))


class DaemonThreads:
    """At most *most* threads. One that hangs in a call does not keep the process from ending, unlike an executor's."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = self._wanted = 0  # threads that exist, and calls that wait or run

    def submit(self, call: Callable[[], T]) -> "Future[T]":
        """Run *call* in a thread that is free, now or later."""
        future: Future[T] = Future()
        with self._lock:
            self._wanted += 1
            if self._started < min(self._wanted, self._most):
                threading.Thread(target=self._run, daemon=True, name=f"{self._name}-{self._started}").start()
                self._started += 1
        self._work.put((future, call))
        return future

    def close(self) -> None:
        """Let each thread end once it has nothing to do. Returns at once."""
        for _ in range(self._started):
            self._work.put(None)

    def _run(self) -> None:
        while (job := self._work.get()) is not None:
            future, call = job
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - whoever waits for the future raises it
                future.set_exception(error)
            finally:
                with self._lock:
                    self._wanted -= 1
            del future, call, job
