"""Settlements: a payout file is compared with our books, as `payments settlements compare` does. Nothing is changed."""

import asyncio
from contextlib import closing
from functools import partial
from typing import Final

from starlette.responses import Response

from payments.domain.books.settlement import Settlement, SettlementFindingKind
from payments.domain.errors import BadInput
from payments.domain.people.audit import AuditAction
from payments.entrypoints.books.settlements import findings_csv
from payments.entrypoints.books.wiring import OpenedFile, opened_settlement
from payments.entrypoints.console.jobs import Job, JobKind
from payments.entrypoints.console.listed import listed
from payments.entrypoints.console.pages.jobs import Days, begun
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit
from payments.entrypoints.http.shapes.errors import NoSuchPage
from payments.entrypoints.settings.derived import columns_of


async def listing(visit: Visit) -> Response:
    """All settlements, the latest first, and the form for another file."""
    options = visit.house.settings.settlement
    found, more = await listed(visit, "/settlements", visit.service.settlements.book.page)
    return visit.page(
        "settlements.html",
        settlements=found,
        more=more,
        kinds=list(SettlementFindingKind),
        count=_count,
        heads=columns_of(options).heads if options.is_set else [],
        running=visit.house.jobs.running(JobKind.SETTLEMENTS),
        month=Days.usual(visit),
    )


async def compare(visit: Visit) -> Response:
    """Compare a file that was sent. What it must have are the movements of whole days."""
    upload, options = visit.upload, visit.house.settings.settlement
    if upload is None:
        raise BadInput("Choose a file. Nothing was compared.")
    days = Days.asked(visit)
    filling = partial(opened_settlement, upload.file, upload.name, columns_of(options), options.currency)
    rows = await asyncio.to_thread(filling) if visit.service.suspends else filling()
    work = partial(_compared, visit, rows, days)
    return await begun(visit, JobKind.SETTLEMENTS, f"{upload.name}, {days}", work, otherwise=rows.close)


async def _compared(visit: Visit, rows: OpenedFile, days: Days, job: Job) -> str:
    def show(number: int) -> None:
        job.progress = f"{number:,}"

    service, options = visit.service, visit.house.settings.settlement
    with closing(rows):
        work = service.settlements.compare(
            visit.caller,
            rows,
            days.since,
            days.until,
            by=options.named_by,
            currency=options.currency,
            progress=show,
        )
        action, told = AuditAction.COMPARE_SETTLEMENT, {"file": rows.name, **days.told}
        return (await service.trail.noted(visit.caller, action, None, work, **told)).id


async def one(visit: Visit) -> Response:
    """One settlement: what is paid out on which day, and what does not agree."""
    return visit.page("settlement.html", one=await _found(visit), kinds=list(SettlementFindingKind), count=_count)


async def findings(visit: Visit) -> Response:
    """What does not agree, as a file that Korean Excel opens."""
    found = await _found(visit)
    body = "".join(findings_csv(found)).encode()
    return visit.file(body, "text/csv; charset=utf-8", f"settlement-{found.id}.csv")


async def _found(visit: Visit) -> Settlement:
    found = await visit.service.settlements.book.find(visit.params["settlement_id"])
    if found is None:
        raise NoSuchPage("There is no such page.")
    return found


def _count(one: Settlement, kind: SettlementFindingKind) -> int:
    return sum(finding.kind is kind for finding in one.findings)


PAGES: Final = (
    Page("GET", "/settlements", listing),
    Page("POST", "/settlements", compare, uploads=True),
    Page("GET", "/settlements/{settlement_id}", one),
    Page("GET", "/settlements/{settlement_id}/findings.csv", findings),
)
