"""Reconciliation: comparing our books with the providers' lists, and captures without a payment."""

from datetime import datetime
from typing import Final

from starlette.responses import Response

from payments.domain.people.audit import AuditAction
from payments.domain.values import GatewayId
from payments.entrypoints import display
from payments.entrypoints.books.comparisons import detail
from payments.entrypoints.console.jobs import Job, JobKind
from payments.entrypoints.console.listed import listed
from payments.entrypoints.console.pages.jobs import Days, begun
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit
from payments.entrypoints.http.shapes.errors import NoSuchPage

MOST_ORPHANS: Final = 100


async def listing(visit: Visit) -> Response:
    """All comparisons, the latest first."""
    found, more = await listed(visit, "/reconciliation", visit.service.comparing.comparisons.page)
    first_page = not visit.query.get("before")
    return visit.page(
        "reconciliation.html",
        runs=found,
        more=more,
        orphans=await visit.service.refunds.orphans_page(visit.caller, limit=MOST_ORPHANS) if first_page else [],
        backlog=await visit.service.backlog(visit.now, visit.now),
        running=visit.house.jobs.running(JobKind.RECONCILIATION),
        month=Days.usual(visit),
    )


async def begin(visit: Visit) -> Response:
    """Compare a period with the providers' lists, as `payments reconcile` does. What differs is recorded."""
    days, comparing = Days.asked(visit), visit.service.comparing

    async def compare(job: Job) -> str:
        def show(done: datetime) -> None:
            job.progress = display.moment(done, visit.language, str(visit.service.zone))

        work = comparing.compare(visit.caller, days.since, days.until, show)
        found = await visit.service.trail.noted(visit.caller, AuditAction.RECONCILE, None, work, **days.told)
        return found.id

    return await begun(visit, JobKind.RECONCILIATION, days, compare)


async def one(visit: Visit) -> Response:
    """One comparison, with what was found."""
    found = await visit.service.comparing.comparisons.find(visit.params["comparison_id"])
    if found is None:
        raise NoSuchPage("There is no such page.")
    return visit.page("comparison.html", run=found, detail=lambda finding: detail(finding, visit.language))


async def hold(visit: Visit) -> Response:
    """Note why a capture without a payment is held."""
    gateway_id, form = GatewayId(visit.form.get("gateway_id", "")), visit.form
    await visit.service.refunds.hold_orphan(visit.caller, gateway_id, form.get("note", ""), form.get("provider", ""))
    return visit.go(visit.url("/reconciliation") + "#orphans")


PAGES: Final = (
    Page("GET", "/reconciliation", listing),
    Page("POST", "/reconciliation", begin),
    Page("GET", "/reconciliation/{comparison_id}", one),
    Page("POST", "/orphans/hold", hold),
)
