"""Sending: hands a stored refund to the provider, and answers in time although the provider may take longer.

The refund and each send of it are stored first, so nothing is lost if the answer comes too late or the process ends:
the worker continues with it.
"""

import contextvars
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, Final, TypeVar

from payments.domain.errors import PaymentsError
from payments.entrypoints.blocking import run

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger("payments.http")
T = TypeVar("T")

ANSWER_WITHIN_SECONDS: Final = 10.0
"""After this long the caller is answered that the refund is on its way."""

MAX_SENDS: Final = 8
"""How many refunds of one process may be on their way at a time; further ones are left to the worker."""


class Sending:
    """Runs use cases beside the request that asked for them. They do not keep the process from ending.

    *what* names their threads.
    """

    def __init__(self, most: int = MAX_SENDS, seconds: float = ANSWER_WITHIN_SECONDS, *, what: str = "refund") -> None:
        self._free, self._what = threading.BoundedSemaphore(most), what
        self._seconds = seconds
        self._tasks = set[Any]()  # an event loop keeps only weak references to its tasks

    async def within_time(self, use_case: Coroutine[Any, Any, T], *, suspends: bool = False) -> T | None:
        """Return what *use_case* returns, or None if it is still running, or never started because too many are.

        Raises what it raises in time; what it raises later is logged. *suspends*: it needs the caller's event loop.
        """
        if not self._free.acquire(blocking=False):
            use_case.close()
            return None
        return await self._in_loop(use_case) if suspends else self._in_thread(use_case)

    def _in_thread(self, use_case: Coroutine[Any, Any, T]) -> T | None:
        outcome: Future[T] = Future()
        work = contextvars.copy_context().run  # log lines keep the id of the request
        threading.Thread(target=work, args=(self._run, use_case, outcome), daemon=True, name=self._what).start()
        done, _ = wait({outcome}, self._seconds)
        if done:
            return outcome.result()
        outcome.add_done_callback(_log_failure)
        return None

    def _run(self, use_case: Coroutine[Any, Any, T], outcome: "Future[T]") -> None:
        try:
            result = run(use_case)
        except BaseException as error:  # noqa: BLE001 - the thread that waits raises it, or it is logged
            self._free.release()
            outcome.set_exception(error)
        else:
            self._free.release()
            outcome.set_result(result)

    async def _in_loop(self, use_case: Coroutine[Any, Any, T]) -> T | None:
        import asyncio

        task = asyncio.ensure_future(use_case)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        done, _ = await asyncio.wait({task}, timeout=self._seconds)
        if done:
            return task.result()
        task.add_done_callback(_log_failure)
        return None

    async def finish(self, seconds: float) -> None:
        """Wait at most *seconds* for what runs in this event loop, then cut it off: the worker continues with it."""
        import asyncio

        tasks = set(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._free.release()


def _log_failure(ended: "Future[Any] | asyncio.Future[Any]") -> None:
    """Log why a use case failed after its caller was answered."""
    error = None if ended.cancelled() else ended.exception()
    if isinstance(error, PaymentsError):
        log.warning("A refund is left to the worker: %s (%s)", error, error.slug)
    elif error:
        log.error("A refund is left to the worker.", exc_info=error)
