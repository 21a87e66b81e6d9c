"""Jobs: work that takes longer than a page may, beside the requests that began it and ask for it.

One of each kind runs at a time in a process. A job ends with its process: what it stores is stored as a whole at its
end, and it can be begun again.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Coroutine
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import attrs

from payments.domain.errors import PaymentsError
from payments.entrypoints.sending import Sending

log = logging.getLogger("payments.console")

MOST_KEPT: Final = 20
ANSWER_WITHIN_SECONDS: Final = 2.0
"""After this long the page of the job is shown, with its progress."""


class JobKind(StrEnum):
    """What a job does. Each is the name of the page that lists the results."""

    RECONCILIATION = "reconciliation"
    SETTLEMENTS = "settlements"


@attrs.define(eq=False, kw_only=True)
class Job:
    """`about` says what it works on, `progress` how far it is, `result` is the id of what it stored."""

    kind: JobKind
    by: str
    about: str
    begun_at: datetime
    id: str = attrs.field(factory=lambda: secrets.token_urlsafe(12))
    progress: str = ""
    result: str = ""
    failure: Exception | None = None
    is_running: bool = True


Work = Callable[[Job], Coroutine[Any, Any, str]]
"""Does the work of a job, keeps its progress up to date, and returns the id of what it stored."""


class Jobs:
    """The jobs of this process, the latest ones."""

    def __init__(self) -> None:
        self._sending = Sending(2 * len(JobKind), ANSWER_WITHIN_SECONDS, what="job")
        self._kept: tuple[Job, ...] = ()
        self._lock = threading.Lock()

    def find(self, name: str) -> Job | None:
        """Return the job with this id, if this process still knows it."""
        return next((one for one in self._kept if one.id == name), None)

    def running(self, kind: JobKind) -> Job | None:
        """Return the job of this kind that runs."""
        return next((one for one in self._kept if one.kind is kind and one.is_running), None)

    async def begin(self, job: Job, work: Work, *, suspends: bool) -> Job:
        """Begin a job, and return it when it has ended, or after some seconds.

        Returns the one that runs instead, where there is one of its kind: then nothing was begun.
        """
        with self._lock:
            if other := self.running(job.kind):
                return other
            ended = [one for one in self._kept if not one.is_running]
            self._kept = (*ended[-MOST_KEPT:], *(one for one in self._kept if one.is_running), job)
        await self._sending.within_time(_done(job, work), suspends=suspends)
        return job


async def _done(job: Job, work: Work) -> None:
    try:
        job.result = await work(job)
    except PaymentsError as error:
        job.failure = error
    except Exception as error:
        log.exception("A job of the console failed: %s.", job.kind)
        job.failure = error
    finally:
        job.is_running = False
