"""Threads: runs a use case off the event loop, in a bounded pool with a bounded queue."""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from payments.entrypoints.blocking import run
from payments.entrypoints.http.shapes.errors import Busy, Stopping

T = TypeVar("T")


class Places:
    """At most *most* use cases at a time. Any thread may take a place and give it back."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self.taken = 0

    def take(self) -> bool:
        """Take a place; return False if none is free."""
        with self._lock:
            if self.taken >= self._most:
                return False
            self.taken += 1
            return True

    @property
    def are_full(self) -> bool:
        """Whether none is free."""
        return self.taken >= self._most

    def give_back(self) -> None:
        """Free a place."""
        with self._lock:
            self.taken -= 1


class Threads:
    """With blocking adapters a use case holds one thread until it ends; with `suspends` as many run in the loop.

    In a loop, one that takes longer than *seconds*, its wait for a place included, is cut off.
    """

    def __init__(self, threads: int, queue: int, *, suspends: bool = False, seconds: float | None = None) -> None:
        self._suspends, self._seconds = suspends, seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="use-case")
        self._running = asyncio.Semaphore(threads)
        self._threads, self._places = threads, Places(threads + queue)

    @property
    def running(self) -> int:
        """How many use cases run."""
        return min(self._places.taken, self._threads)

    @property
    def waiting(self) -> int:
        """How many use cases wait for their turn."""
        return max(self._places.taken - self._threads, 0)

    @property
    def is_full(self) -> bool:
        """Whether a use case would be refused now."""
        return self._places.are_full

    async def run(self, use_case: Coroutine[Any, Any, T]) -> T:
        """Return what *use_case* returns. Raises what it raises, Busy if the queue is full or its time is over, or
        Stopping if the server stops.
        """
        if not self._places.take():
            use_case.close()
            raise Busy("The server is busy. The request was not executed. Try again.")
        if self._suspends:
            return await self._in_loop(use_case)
        future = self._pool.submit(contextvars.copy_context().run, run, use_case)
        future.add_done_callback(lambda done: self._release(done, use_case))
        return await asyncio.wrap_future(future)

    async def _in_loop(self, use_case: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self._seconds) as limit, self._running:
                return await use_case
        except TimeoutError:
            if not limit.expired():
                raise
            raise Busy(f"No answer was found within {self._seconds:g} seconds. Try again.") from None
        except asyncio.CancelledError:  # the server cancels a request only when it stops
            raise Stopping(
                "The server is stopping. The request may have been executed. Look at the payment before you try again."
            ) from None
        finally:
            use_case.close()  # it never runs if its caller left before its turn
            self._places.give_back()

    def _release(self, future: "Future[Any]", use_case: Coroutine[Any, Any, Any]) -> None:
        """Free the slot. A use case that was cancelled before it started is closed, so that it never runs."""
        self._places.give_back()
        if future.cancelled():
            use_case.close()

    def close(self) -> None:
        """Wait for the running use cases; each has its own deadline."""
        self._pool.shutdown(wait=True)
