"""Reports as they are asked for and shown: which days are meant, and a CSV that is safe to open."""

from datetime import date

import pytest

from payments.domain.books.sums import Group, Grouping, Line
from payments.domain.errors import BadInput
from payments.domain.use_cases.reporting import Report
from payments.entrypoints.books.reports import BOM, csv_rows, read_by, read_days, report_view

DAY = date(2026, 11, 25)


def a_report(**group: str) -> Report:
    line = Line(day=DAY, group=Group(currency="KRW", **group), captured=5_000, captures=2, refunded=6_000, refunds=1)
    return Report(first=DAY, last=DAY, lines=(line,), totals=(line,))


def test_a_month_has_all_of_its_days() -> None:
    assert read_days(None, "2026-02", None, None) == (date(2026, 2, 1), date(2026, 2, 28))
    assert read_days(None, "2026-12", None, None) == (date(2026, 12, 1), date(2026, 12, 31))
    assert read_days("2026-11-25", None, None, None) == (DAY, DAY)
    assert read_days(None, None, "2026-11-25", "2026-11-25") == (DAY, DAY)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "November", "2026-11-25"])
def test_a_month_that_is_none_is_refused_as_it_was_written(text: str) -> None:
    with pytest.raises(BadInput, match=f"'{text}' is no month. Write it like 2026-11."):
        read_days(None, text, None, None)


def test_the_last_month_of_all_is_read_too() -> None:
    """Fails where its last day is counted back from the next month, which no date can have."""
    assert read_days(None, "9999-12", None, None) == (date(9999, 12, 1), date(9999, 12, 31))


@pytest.mark.parametrize(
    "given", [(None, None, None, None), ("2026-11-25", "2026-11", None, None), (None, None, "2026-11-25", None),
              (None, None, "2026-11-26", "2026-11-25"), (None, "2026-13", None, None), (None, "2026-1", None, None)],
)  # fmt: skip
def test_days_that_are_not_meant_in_one_way_are_refused(given: tuple[str | None, ...]) -> None:
    with pytest.raises(BadInput):
        read_days(*given)


def test_more_days_than_may_be_asked_for_are_refused() -> None:
    with pytest.raises(BadInput):
        read_days(None, None, "2026-01-01", "2026-04-11", most=100)


def test_lines_are_kept_apart_by_known_names_alone() -> None:
    assert read_by("day, pg") == {Grouping.DAY, Grouping.PG}
    assert read_by("") == frozenset()
    with pytest.raises(BadInput):
        read_by("day,buyer")


def test_a_csv_says_that_it_is_utf_8_and_has_a_line_for_each_line() -> None:
    heads, row = csv_rows(a_report(channel="정기"), frozenset({Grouping.DAY, Grouping.CHANNEL}))
    amounts = "captured captures refunded refunds outside net stray_captured stray_refunded stray_outside"
    amounts += " orphan_captured orphan_refunded"
    assert heads == f"{BOM}day,currency,channel,{','.join(amounts.split())}\r\n"
    assert row == "2026-11-25,KRW,정기,5000,2,6000,1,0,-1000,0,0,0,0,0\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    _, row = csv_rows(a_report(channel=text), frozenset({Grouping.CHANNEL}))
    assert f"'{text}" in row


def test_what_lines_are_not_kept_apart_by_is_null() -> None:
    by = frozenset({Grouping.DAY, Grouping.METHOD})
    view = report_view(a_report(method="card"), "Asia/Seoul", by)
    assert (view.lines[0].method, view.lines[0].pg, view.lines[0].net) == ("card", None, -1_000)
    assert view.totals[0].method is None
