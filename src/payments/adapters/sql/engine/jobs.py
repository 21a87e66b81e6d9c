"""Job: one call that waits for the threads of a LoopFront, with the future that its caller awaits.

Outcome     what became of a job: its result, its error, or that it must run alone
answer      hands the outcomes to the callers, in their event loop
JobQueue    a thread that takes all jobs that wait, and handles them together
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import attrs

from payments.adapters.sql.engine.database import MAX_WAIT_SECONDS, Work


@attrs.frozen
class Outcome:
    """The result of a job or the error it raised. `alone`: it has neither yet, and must run in its own transaction."""

    value: Any = None
    error: BaseException | None = None
    alone: bool = False


ALONE: Final = Outcome(alone=True)


@attrs.frozen(eq=False)
class Job:
    """A call that waits. `work` changes something, or is a read."""

    work: Work[Any]
    is_read: bool
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    since: float = attrs.field(factory=time.monotonic)

    @property
    def waited_too_long(self) -> bool:
        return time.monotonic() - self.since > MAX_WAIT_SECONDS


def answer(outcomes: Iterable[tuple[Job, Outcome]]) -> None:
    """Give each caller their own outcome. The event loop is woken once, however many are answered."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Job, Outcome]]] = {}
    for job, outcome in outcomes:
        by_loop.setdefault(job.loop, []).append((job, outcome))
    for loop, answered in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nobody waits for the answer
            loop.call_soon_threadsafe(_resolve, answered)


def _resolve(answered: Sequence[tuple[Job, Outcome]]) -> None:
    for job, outcome in answered:
        if job.future.done():  # its caller was cancelled
            continue
        if outcome.error is None:
            job.future.set_result(outcome.value)
        elif isinstance(outcome.error, StopIteration):  # a future cannot carry it
            job.future.set_exception(RuntimeError("A change raised StopIteration."))
        else:
            job.future.set_exception(outcome.error)


class JobQueue:
    """A thread of its own, started with the first job, that hands up to *most* waiting jobs to *handle* at a time.

    While it is at work, the next jobs gather. Where several came at once, it lets the next ones gather for *pause*
    seconds more; a job that comes alone is handled at once.
    """

    def __init__(self, name: str, most: int, handle: Callable[[list[Job]], None], pause: float = 0.0) -> None:
        self._name, self._most, self._handle, self._pause = name, most, handle, pause
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_busy = False

    def put(self, job: Job) -> None:
        """Let *job* wait for its turn."""
        if self._thread is None:
            self._start()
        self._waiting.put(job)

    def is_mine(self) -> bool:
        """Return whether the caller runs in this thread."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Handle the jobs that wait, then end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _start(self) -> None:
        with self._guard:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                thread.start()
                self._thread = thread

    def _work(self) -> None:
        ended = False
        while not ended:
            jobs, ended = self._taken()
            self._is_busy = len(jobs) > 1
            if jobs:
                self._handle(jobs)

    def _taken(self) -> tuple[list[Job], bool]:
        """Return the jobs that wait, at most as many as fit, and whether they are the last ones."""
        jobs: list[Job] = []
        job = self._waiting.get()
        if self._is_busy and self._pause:
            time.sleep(self._pause)
        while job is not None:
            jobs.append(job)
            if len(jobs) == self._most:
                return jobs, False
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                return jobs, False
        return jobs, True
