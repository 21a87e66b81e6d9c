"""Jobs on pages: the days that they are about, how they are begun, and how far they are."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, Self

import attrs
from starlette.responses import Response

from payments.domain.books.days import day_end, day_of, day_start
from payments.entrypoints.books.reports import read_days
from payments.entrypoints.console.errors import told
from payments.entrypoints.console.jobs import Job, JobKind, Work
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit
from payments.entrypoints.http.routes.reports import MAX_DAYS


@attrs.frozen
class Days:
    """Whole days of the shop: from `since` on, before `until`."""

    first: date
    last: date
    since: datetime
    until: datetime

    @classmethod
    def asked(cls, visit: Visit) -> Self:
        """Return the days of a form, or its month. Raises BadInput."""
        given = {name: visit.form.get(name, "").strip() for name in ("month", "from", "to")}
        month = "" if given["from"] or given["to"] else given["month"]
        first, last = read_days(None, month, given["from"], given["to"], most=MAX_DAYS)
        zone = visit.service.zone
        return cls(first, last, day_start(first, zone), day_end(last, zone))

    @staticmethod
    def usual(visit: Visit) -> str:
        """Return the month that a form proposes: the latest one that is over."""
        return f"{day_of(visit.now, visit.service.zone).replace(day=1) - timedelta(days=1):%Y-%m}"

    @property
    def told(self) -> dict[str, str]:
        """What the audit list says of them."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


async def begun(
    visit: Visit, kind: JobKind, about: object, work: Work, *, otherwise: Callable[[], None] = lambda: None
) -> Response:
    """Begin a job, and go to what it found, or to the page of its progress. Raises what made it fail at once.

    Where another one of its kind runs, *otherwise* is called, and that one is shown.
    """
    job = Job(kind=kind, by=str(visit.caller), about=str(about), begun_at=visit.now)
    begun = await visit.house.jobs.begin(job, work, suspends=visit.service.suspends)
    if begun is not job:
        otherwise()
    elif job.failure:
        raise job.failure
    return visit.go(_url(visit, begun, other=begun is not job))


async def show(visit: Visit) -> Response:
    """How far a job is. When it has ended, the page of what it found."""
    job = visit.house.jobs.find(visit.params["job_id"])
    if job and job.result and not visit.query.get("other"):
        return _gone(visit, _url(visit, job))
    failed = told(job.failure, visit.language) if job and job.failure else None
    return visit.page("job.html", job=job, failed=failed, other=bool(visit.query.get("other")))


def _url(visit: Visit, job: Job, *, other: bool = False) -> str:
    if job.result and not other:
        return visit.url(f"/{job.kind}/{job.result}")
    return visit.url(f"/jobs/{job.id}", other="1" if other else None)


def _gone(visit: Visit, url: str) -> Response:
    """Go on, also where a script asked, which would show the new page under the old address."""
    answer = visit.go(url)
    if visit.is_fragment:
        answer.status_code = 204
        answer.headers["HX-Redirect"] = url
    return answer


PAGES: Final = (Page("GET", "/jobs/{job_id}", show),)
