"""Today: what was taken and refunded so far, how it goes, and what needs a person."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import attrs
from starlette.responses import Response

from payments.domain.books.days import day_of, day_start, days_from
from payments.domain.books.declines import Declines
from payments.domain.books.search import Filter, Period
from payments.domain.books.sums import Group, Grouping, Line
from payments.domain.payment import Payment
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit

DAYS: Final = 14
MOST_READ: Final = 500
"""The latest payments of the day among which declines are counted."""
MOST_OPEN: Final = 200
UNKNOWN_FOR: Final = timedelta(hours=1)
"""A refund whose outcome is not known after this time needs a person."""
OVERDUE_AFTER: Final = timedelta(minutes=10)


@attrs.frozen
class Compared:
    """What moved in a currency today, beside the same hours of the same weekday before."""

    now: Line
    before: Line


@attrs.frozen
class Need:
    """Something that waits for a person: its text, how much of it, and the page where it is dealt with."""

    text: str
    count: int
    url: str


async def front(visit: Visit) -> Response:
    """The front page."""
    zone, now = visit.service.zone, visit.now
    today = day_of(now, zone)
    week_ago = today - timedelta(days=7)
    compared = await _compared(visit, today, week_ago)
    return visit.page(
        "today.html",
        today=today,
        week_ago=week_ago,
        compared=compared,
        days=await _days(visit, today, compared[0].now.group),
        declines=await _declines(visit, day_start(today, zone)),
        most_read=MOST_READ,
        **await _standing(visit),
    )


async def _compared(visit: Visit, today: date, week_ago: date) -> list[Compared]:
    zone, reporting = visit.service.zone, visit.service.reporting
    start, before = day_start(today, zone), day_start(week_ago, zone)
    now = {line.group: line for line in await reporting.totals(start, visit.now)}
    then = {line.group: line for line in await reporting.totals(before, before + (visit.now - start))}
    groups = sorted({*now, *then}, key=lambda one: (one.currency != "KRW", one)) or [Group(currency="KRW")]
    return [Compared(now.get(one) or Line(group=one), then.get(one) or Line(group=one)) for one in groups]


async def _days(visit: Visit, today: date, group: Group) -> list[Line]:
    """Return the last days in one currency, also those on which nothing moved."""
    first, zone = today - timedelta(days=DAYS - 1), visit.service.zone
    report = await visit.service.reporting.report(first, today, zone, frozenset({Grouping.DAY}))
    moved = {line.day: line for line in report.lines if line.group == group}
    return [moved.get(day) or Line(day=day, group=group) for day in days_from(first, today)]


async def _declines(visit: Visit, since: datetime) -> Declines:
    which = Filter(period=Period(since=since))
    return Declines.of(await visit.service.checkout.page(visit.caller, which, None, MOST_READ))


async def _standing(visit: Visit) -> dict[str, Any]:
    """Return what waits, for a person or for the worker."""
    service, now = visit.service, visit.now
    backlog = await service.backlog(now, now - OVERDUE_AFTER)
    refunding = await service.checkout.page(visit.caller, Filter(open_refunds=True), None, MOST_OPEN)
    questioned = await service.checkout.page(visit.caller, Filter(questioned=True), None, MOST_OPEN)
    orphans = await service.refunds.orphans_page(visit.caller, limit=MOST_OPEN)
    differing = [one for one in await service.comparing.comparisons.page(None, 1) if not one.agrees]
    found = sum(len(one.findings) + one.more for one in differing)
    approving = [one for one in refunding if any(refund.awaits_approval for refund in one.open_refunds)]
    needs = (
        Need("need_approval", len(approving), visit.url("/payments", refunding="1")),
        Need("need_strays", backlog.open_strays, visit.url("/payments", stray="1")),
        Need("need_orphans", len(orphans), visit.url("/reconciliation") + "#orphans"),
        Need("need_refunds", _unknown_for_long(refunding, now), visit.url("/payments", refunding="1")),
        Need("need_questions", len(questioned), visit.url("/payments", questioned="1")),
        Need("need_letters", backlog.messages_dead, visit.url("/messages")),
        Need("need_overdue", backlog.overdue, visit.url("/payments", status="awaiting")),
        Need("need_differences", found, visit.url(f"/reconciliation/{differing[0].id}") if differing else ""),
    )
    provider = service.provider_state or "closed"
    return {"needs": [one for one in needs if one.count], "backlog": backlog, "provider": provider}


def _unknown_for_long(payments: Sequence[Payment], now: datetime) -> int:
    return sum(
        not refund.awaits_approval and refund.requested_at < now - UNKNOWN_FOR
        for payment in payments
        for refund in payment.open_refunds
    )


PAGES: Final = (Page("GET", "/", front),)
