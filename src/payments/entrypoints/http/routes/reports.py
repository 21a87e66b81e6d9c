"""Reports for accountants. For the shop's server only."""

from typing import Annotated, Final

from msgspec import Meta, field

from payments.domain.books.sums import Grouping
from payments.domain.errors import BadInput
from payments.domain.use_cases.reporting import Report
from payments.entrypoints.books.periods import MAX_ZONE_NAME, zone_named
from payments.entrypoints.books.reports import ReportView, csv_rows, read_by, read_days, report_view
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.shapes.errors import Malformed
from payments.entrypoints.http.shapes.inputs import Strict
from payments.entrypoints.service import Service

MAX_DAYS: Final = 100
"""The longest report over HTTP, a quarter and some days: a longer one takes longer than a request may. The CLI has no
such limit."""

Day = Annotated[str, Meta(max_length=10, description="A date such as 2026-11-25.")]


class ReportQuery(Strict):
    """A `day`, a `month` such as 2026-11, or `from` a first day `to` a last one; at most 100 days.

    `by` keeps lines apart: day, method, provider, pg, channel, with commas between. Days are those of `zone` (default:
    the shop's time zone).
    """

    day: Day | None = None
    month: Annotated[str, Meta(max_length=7)] | None = None
    first: Day | None = field(default=None, name="from")
    last: Day | None = field(default=None, name="to")
    by: Annotated[str, Meta(max_length=60)] = "day"
    zone: Annotated[str, Meta(max_length=MAX_ZONE_NAME)] | None = None


@operation(
    "GET",
    "/reports/sums",
    tag="reports",
    lane=Lane.STORE,
    query=ReportQuery,
    answers={200: ("What was captured and refunded", ReportView)},
)
async def sums(service: Service, call: Call) -> Answer:
    """Report what was captured, refunded and left, day by day; strays apart"""
    report, zone, by = await _report(service, call.query)
    return Answer(200, report_view(report, zone, by))


@operation(
    "GET",
    "/reports/sums.csv",
    tag="reports",
    lane=Lane.STORE,
    query=ReportQuery,
    text_type="text/csv",
    answers={200: ("The same as CSV, for a spreadsheet", str)},
)
async def sums_csv(service: Service, call: Call) -> Answer:
    """Report the same as CSV in UTF-8, which Excel opens"""
    report, _, by = await _report(service, call.query)
    name = f"payments-{report.first}-{report.last}.csv"
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(200, "".join(csv_rows(report, by)), headers)


async def _report(service: Service, query: ReportQuery) -> tuple[Report, str, frozenset[Grouping]]:
    try:
        first, last = read_days(query.day, query.month, query.first, query.last, most=MAX_DAYS)
        zone = service.zone if query.zone is None else zone_named(query.zone)
        by = read_by(query.by)
        return await service.reporting.report(first, last, zone, by), str(zone), by
    except BadInput as error:
        raise Malformed(str(error)) from None


OPERATIONS: Final = (sums, sums_csv)
