"""LoopFront: the calls of a server on one event loop. Changes that wait are committed together (group commit).

One thread takes all changes that wait, runs them in one transaction, commits once, and only then answers each caller
with their own result or error. A change that comes alone waits for nothing: the thread starts with what is there, and
the next changes gather while it commits.

What must run alone (`batches` says when) does so in other threads, so that one that waits for a lock holds up no other.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from payments.adapters.sql.engine.batches import Batches
from payments.adapters.sql.engine.database import Work
from payments.adapters.sql.engine.jobs import Job, JobQueue, Outcome, answer
from payments.domain.errors import StorageBusy, StorageUnavailable

T = TypeVar("T")

MOST_TOGETHER: Final = 32
"""Changes in one transaction: more gain little, and hold the locks longer."""
MOST_WAITING: Final = 1_000
"""Calls that may wait. It must exceed what a server admits at a time, so that no use case is refused half-way."""
ALONE_THREADS: Final = 4
GATHER_SECONDS: Final = 0.002
"""How long changes gather for a database server under load: its round trips cost far more CPU than a row in them."""


class LoopFront:
    """Its coroutines suspend until they are answered. It serves one event loop at a time."""

    def __init__(
        self, batches: Batches, *, most_together: int = MOST_TOGETHER, most_waiting: int = MOST_WAITING
    ) -> None:
        self._batches, self._database = batches, batches.database
        pause = 0.0 if self._database.write_lock else GATHER_SECONDS
        self._writer = JobQueue("store-writer", most_together, self._handle, pause)
        # where readers and the writer of one file wait for each other, one thread does both, one after the other
        separate = not self._database.readers_wait
        self._reader = JobQueue("store-reader", most_together, self._handle, pause) if separate else self._writer
        self._alone = ThreadPoolExecutor(ALONE_THREADS, thread_name_prefix="store-alone")
        self._most_waiting, self._waiting, self._closed = most_waiting, 0, False

    async def read(self, work: Work[T]) -> T:
        """Return what *work* reads. Raises StorageBusy where too many calls wait."""
        result: T = await self._waited(self._reader, work, is_read=True)
        return result

    async def write(self, work: Work[T]) -> T:
        """Return the result of *work* once it is committed. Raises StorageBusy where too many calls wait."""
        result: T = await self._waited(self._writer, work, is_read=False)
        return result

    def close(self) -> None:
        """Execute what waits, and end the threads. Later calls raise StorageUnavailable."""
        self._closed = True
        self._writer.close()
        self._reader.close()
        self._alone.shutdown(wait=True)

    async def _waited(self, thread: JobQueue, work: Work[Any], *, is_read: bool) -> Any:
        if self._database.is_writing:
            raise RuntimeError("A change must be pure: it must not call the store that calls it.")
        if self._closed:
            raise StorageUnavailable("The store is closed. Nothing was stored.")
        if self._waiting >= self._most_waiting:
            raise _too_many()
        loop = asyncio.get_running_loop()
        job = Job(work, is_read, loop, loop.create_future())
        self._waiting += 1  # only the thread of the event loop counts
        try:
            thread.put(job)
            return await job.future
        finally:
            self._waiting -= 1

    def _handle(self, jobs: list[Job]) -> None:
        """Execute *jobs* together. It answers all of them or hands them on; it never raises."""
        late = {job for job in jobs if job.waited_too_long}
        answer((job, Outcome(error=_too_many())) for job in late)
        for is_read in (True, False):
            chosen = [job for job in jobs if job.is_read is is_read and job not in late]
            if chosen:
                outcomes = (self._batches.read if is_read else self._batches.write)([job.work for job in chosen])
                self._conclude(chosen, outcomes)

    def _conclude(self, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        concluded = list(zip(jobs, outcomes, strict=True))
        answer(pair for pair in concluded if not pair[1].alone)
        for job, outcome in concluded:
            if outcome.alone:
                self._alone.submit(self._run_alone, job)

    def _run_alone(self, job: Job) -> None:
        if job.waited_too_long:
            answer([(job, Outcome(error=_too_many()))])
            return
        answer([(job, self._batches.alone(job.work, is_read=job.is_read))])


def _too_many() -> StorageBusy:
    return StorageBusy("Too many calls wait for the database. Nothing was stored. Try again.")
