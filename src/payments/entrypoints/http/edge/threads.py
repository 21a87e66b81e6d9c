"""Threads: runs a whole use case in one hop off the event loop, in a bounded pool with a bounded queue."""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from payments.entrypoints.blocking import run
from payments.entrypoints.http.shapes.errors import Busy

T = TypeVar("T")


class Threads:
    """Blocking adapters make a use case hold one thread to its end; adapters that suspend need none (`suspends`)."""

    def __init__(self, threads: int, queue: int, *, suspends: bool = False) -> None:
        self._suspends = suspends
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="use-case")
        self._places = threading.BoundedSemaphore(threads + queue)

    async def run(self, use_case: Coroutine[Any, Any, T]) -> T:
        """Return what *use_case* returns. Raises what it raises, and Busy where nobody has room to begin it."""
        if self._suspends:
            return await use_case
        if not self._places.acquire(blocking=False):
            use_case.close()
            raise Busy("There are more requests than this server can hold. Nothing was begun; try again.")
        future = self._pool.submit(contextvars.copy_context().run, run, use_case)
        future.add_done_callback(lambda done: self._left(done, use_case))
        return await asyncio.wrap_future(future)

    def _left(self, future: "Future[Any]", use_case: Coroutine[Any, Any, Any]) -> None:
        """Free the place; a use case whose caller left before it began is closed, so that nothing of it ever runs."""
        self._places.release()
        if future.cancelled():
            use_case.close()

    def close(self) -> None:
        """Wait for the use cases at work: each has a deadline of its own."""
        self._pool.shutdown(wait=True)
