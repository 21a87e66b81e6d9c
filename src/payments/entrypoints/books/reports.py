"""How reports are asked for and shown: as JSON, and as CSV that Korean Excel opens with a double click."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from msgspec import Struct

from payments.domain.books.sums import Grouping, Line
from payments.domain.errors import BadInput
from payments.domain.use_cases.reporting import MAX_DAYS, Report
from payments.entrypoints.books.periods import read_day, read_month

BOM: Final = "\ufeff"
"""With it, Excel reads a CSV file as UTF-8; without it, Korean Excel takes it for CP949."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
GROUPS: Final = (Grouping.METHOD, Grouping.PROVIDER, Grouping.PG, Grouping.CHANNEL)
AMOUNTS: Final = (
    *("captured", "captures", "refunded", "refunds", "outside", "net"),
    *("stray_captured", "stray_refunded", "stray_outside", "orphan_captured", "orphan_refunded"),
)


class LineView(Struct, kw_only=True):
    """One line. What the lines are not kept apart by is null. `net` is `captured` less `refunded` and `outside`.

    `outside` was given back elsewhere than through the provider. Strays and orphans are in no other sum;
    `orphan_refunded` is what was refunded, up to now, of the orphans that were captured then.
    """

    day: date | None
    currency: str
    method: str | None
    provider: str | None
    pg: str | None
    channel: str | None
    captured: int
    captures: int
    refunded: int
    refunds: int
    outside: int
    net: int
    stray_captured: int
    stray_refunded: int
    stray_outside: int
    orphan_captured: int
    orphan_refunded: int


class ReportView(Struct, kw_only=True):
    """A report of whole days in a time zone. `totals` has one line for each currency, the sums of all `lines`."""

    first: date
    last: date
    zone: str
    lines: list[LineView]
    totals: list[LineView]


def report_view(report: Report, zone: str, by: frozenset[Grouping]) -> ReportView:
    """Return the report as it is shown."""
    return ReportView(
        first=report.first,
        last=report.last,
        zone=zone,
        lines=[_line_view(line, by) for line in report.lines],
        totals=[_line_view(line, frozenset()) for line in report.totals],
    )


def read_days(
    day: str | None, month: str | None, first: str | None, last: str | None, *, most: int = MAX_DAYS
) -> tuple[date, date]:
    """Return the first and last day that are meant. Raises BadInput unless they are given in exactly one way.

    Also raises BadInput for more than *most* days.
    """
    given = [bool(day), bool(month), bool(first or last)]
    if sum(given) != 1 or bool(first) is not bool(last):
        raise BadInput("Give a day, a month, or both the first and the last day.")
    if day:
        return read_day(day), read_day(day)
    if first and last:
        return _few(read_day(first), read_day(last), most)
    return read_month(month or "")


def _few(first: date, last: date, most: int) -> tuple[date, date]:
    if not 0 <= (last - first).days < most:
        raise BadInput(f"The last day must not be before the first, and a report may have at most {most} days here.")
    return first, last


def read_by(text: str) -> frozenset[Grouping]:
    """Return by what lines are kept apart, from names with commas between. Raises BadInput."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in set(Grouping)]:
        raise BadInput(f"{unknown[0][:40]!r} is none of {', '.join(Grouping)}.")
    return frozenset(map(Grouping, names))


def csv_rows(report: Report, by: frozenset[Grouping]) -> Iterator[str]:
    """Yield the lines of a CSV file, the heads first. Money is in minor units. No cell can be taken for a formula."""
    columns = [*([Grouping.DAY] if Grouping.DAY in by else []), "currency", *(name for name in GROUPS if name in by)]
    yield BOM + line_of_csv([*map(str, columns), *AMOUNTS])
    for line in report.lines:
        named = [line.day if name is Grouping.DAY else getattr(line.group, name) for name in columns]
        yield line_of_csv([*map(harmless_cell, map(str, named)), *(str(getattr(line, name)) for name in AMOUNTS)])


def _line_view(line: Line, by: frozenset[Grouping]) -> LineView:
    fields: dict[str, Any] = {name: getattr(line.group, name) if name in by else None for name in GROUPS}
    fields |= {name: getattr(line, name) for name in AMOUNTS}
    return LineView(day=line.day, currency=line.group.currency, **fields)


def harmless_cell(text: str) -> str:
    """Return *text* so that a spreadsheet does not take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def line_of_csv(cells: list[str]) -> str:
    """Return one line of a CSV file."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
