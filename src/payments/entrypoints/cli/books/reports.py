"""Commands for accountants: report."""

import sys
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from cyclopts import Parameter

from payments.domain.books.sums import Grouping, Line
from payments.domain.use_cases.reporting import Progress, Report, Reporting
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.books.periods import zone_named
from payments.entrypoints.cli.books.searching import shop_zone
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say, stored, table
from payments.entrypoints.cli.words import word
from payments.entrypoints.display import Language

_SUMS: Final = {
    "captured": "captured",
    "refunded": "refunded",
    "outside": "outside",
    "net": "net",
    "stray_captured": "strays",
    "stray_refunded": "strays back",
    "stray_outside": "strays outside",
    "orphan_captured": "orphans",
    "orphan_refunded": "orphans back",
}
"""The sums of a line, and the words for them."""
_ALWAYS: Final = frozenset({"captured", "refunded", "net", "stray_captured", "stray_refunded"})
"""The others are shown where there are some."""


def report(
    *,
    day: str | None = None,
    month: str | None = None,
    first: Annotated[str | None, Parameter(name="--from")] = None,
    last: Annotated[str | None, Parameter(name="--to")] = None,
    by: str = "day",
    zone: str | None = None,
    csv: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> None:
    """`payments report`.

    Parameters
    ----------
    day
        One day, such as 2026-11-25.
    month
        One month, such as 2026-11.
    first
        The first day.
    last
        The last day, which belongs to the report.
    by
        What lines are kept apart by: day, method, provider, pg, channel, with commas between.
    zone
        The time zone whose midnights are the borders of days. Default: the shop's.
    csv
        Print CSV for a spreadsheet, in minor units: payments report --month 2026-11 --csv > november.csv
    """
    from payments.entrypoints.books.reports import csv_rows, read_by, read_days, report_view

    days, apart = read_days(day, month, first, last), read_by(by)
    where = shop_zone(common) if zone is None else zone_named(zone)
    with stored(common) as store:
        made = run(Reporting(store.ledger).report(*days, where, apart, progress(*days)))
    if csv:
        sys.stdout.writelines(csv_rows(made, apart))
    elif common.json:
        print_json(report_view(made, str(where), apart))
    else:
        print_report(made, apart, common.language)


def progress(first: date, last: date) -> Progress:
    """Return what shows on a terminal's stderr how much of a long report is done."""
    days = (last - first).days + 1

    def show(day: date) -> None:
        done = (day - first).days + 1
        sys.stderr.write(f"\r{done}/{days}{chr(10) if done == days else ''}")
        sys.stderr.flush()

    return show if days > 1 and sys.stderr.isatty() else lambda _: None


def print_report(made: Report, by: frozenset[Grouping], language: Language) -> None:
    """Print a table of the lines, and of the totals of each currency."""
    if not made.lines:
        say(word("none", language))
        return
    names = [name for name in Grouping if name in by]
    shown = [name for name in _SUMS if name in _ALWAYS or any(getattr(total, name) for total in made.totals)]
    heads = [word(name, language) for name in (*names, *(_SUMS[name] for name in shown))]
    label = [word("total", language), *[""] * len(names)][: len(names)]
    named = [[_named(line, name, language) for name in names] for line in made.lines]
    rows = [[*cells, *_amounts(line, shown, language)] for cells, line in zip(named, made.lines, strict=True)]
    totals = [[*label, *_amounts(total, shown, language)] for total in made.totals]
    table([heads, *rows, *totals], right=frozenset(range(len(names), len(heads))))


def _named(line: Line, name: Grouping, language: Language) -> str:
    if name is Grouping.DAY:
        return str(line.day)
    value: str = getattr(line.group, name)
    return display.method(value, language) if name is Grouping.METHOD else value


def _amounts(line: Line, shown: Sequence[str], language: Language) -> Sequence[str]:
    return [_money(getattr(line, name), line.group.currency, language) for name in shown]


def _money(minor: int, currency: str, language: Language) -> str:
    sign = "-" if minor < 0 else ""
    return sign + display.money(abs(minor), currency, language)
