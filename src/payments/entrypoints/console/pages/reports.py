"""Reports: what was captured and refunded in whole days of the shop, as a table, a plot, CSV and JSON."""

from typing import Final

import attrs
import msgspec
from starlette.responses import Response

from payments.domain.books.days import day_of
from payments.domain.books.sums import Grouping
from payments.domain.use_cases.reporting import Report
from payments.entrypoints.books.reports import AMOUNTS, GROUPS, csv_rows, read_days, report_view
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit
from payments.entrypoints.http.routes.reports import MAX_DAYS

_ALWAYS: Final = ("captured", "captures", "refunded", "refunds", "net")
"""Columns that are always shown; others only where there is something in them."""
_ASKED: Final = ("month", "from", "to", *(f"by_{one}" for one in Grouping))


@attrs.frozen
class Asked:
    """A report with what was asked for; `query` asks for the same again."""

    report: Report
    by: frozenset[Grouping]
    query: dict[str, str]


async def show(visit: Visit) -> Response:
    """The page of a report: this month's days, unless something else is asked for."""
    asked = await _asked(visit)
    lines = (*asked.report.lines, *asked.report.totals)
    return visit.page(
        "report.html",
        report=asked.report,
        query=asked.query,
        by=asked.by,
        groups=[one for one in GROUPS if one in asked.by],
        groupings=list(Grouping),
        plotted=asked.by == {Grouping.DAY},
        others=[name for name in AMOUNTS if name not in _ALWAYS and any(getattr(line, name) for line in lines)],
        zone=str(visit.service.zone),
        csv=visit.url("/reports.csv", **asked.query),
        json=visit.url("/reports.json", **asked.query),
    )


async def as_csv(visit: Visit) -> Response:
    """The same as a file that Korean Excel opens."""
    asked = await _asked(visit)
    text = "".join(csv_rows(asked.report, asked.by))
    return visit.file(text.encode(), "text/csv; charset=utf-8", f"{_name(asked.report)}.csv")


async def as_json(visit: Visit) -> Response:
    """The same as the API tells it."""
    asked = await _asked(visit)
    view = report_view(asked.report, str(visit.service.zone), asked.by)
    return visit.file(msgspec.json.encode(view), "application/json", f"{_name(asked.report)}.json")


async def _asked(visit: Visit) -> Asked:
    query = {name: value for name in _ASKED if (value := visit.query.get(name, "").strip())}
    by = frozenset(one for one in Grouping if query.get(f"by_{one}")) or frozenset({Grouping.DAY})
    if not any(name in query for name in ("month", "from", "to")):
        query["month"] = f"{day_of(visit.now, visit.service.zone):%Y-%m}"
    if "from" in query or "to" in query:
        query.pop("month", None)
    first, last = read_days(None, query.get("month"), query.get("from"), query.get("to"), most=MAX_DAYS)
    report = await visit.service.reporting.report(first, last, visit.service.zone, by)
    return Asked(report, by, query | {f"by_{one}": "1" for one in by})


def _name(report: Report) -> str:
    return f"payments-{report.first}-{report.last}"


PAGES: Final = (
    Page("GET", "/reports", show),
    Page("GET", "/reports.csv", as_csv),
    Page("GET", "/reports.json", as_json),
)
