"""Sending: hands a stored refund to the provider, and answers in time although the provider may take longer.

The refund and its send are stored first, so an answer that comes too late, or a process that ends meanwhile, loses
nothing: the worker goes on with it.
"""

import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any, Final, TypeVar

from payments.entrypoints.blocking import run

T = TypeVar("T")

ANSWER_WITHIN_SECONDS: Final = 10.0
"""After this long the caller is told that the refund is on its way."""

MAX_SENDS: Final = 8
"""How many refunds of one process may be on their way at a time; further ones are left to the worker."""


class Sending:
    """Runs use cases in threads that do not keep the process from ending."""

    def __init__(self, most: int = MAX_SENDS, seconds: float = ANSWER_WITHIN_SECONDS) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._seconds = seconds

    def within_time(self, use_case: Coroutine[Any, Any, T]) -> T | None:
        """Return what the use case returns, or None while it is still at work. Raises what it raises in time."""
        if not self._free.acquire(blocking=False):
            use_case.close()
            return None
        outcome: Future[T] = Future()
        threading.Thread(target=self._run, args=(use_case, outcome), daemon=True, name="refund").start()
        try:
            return outcome.result(self._seconds)
        except TooLate:
            return None

    def _run(self, use_case: Coroutine[Any, Any, T], outcome: "Future[T]") -> None:
        try:
            outcome.set_result(run(use_case))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told; if nobody does, the worker meets it again
            outcome.set_exception(error)
        finally:
            self._free.release()
