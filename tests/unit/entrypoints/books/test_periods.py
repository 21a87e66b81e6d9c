"""Periods as people write them, in any time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.books.days import FIRST_DAY, LAST_DAY, day_end, day_of, day_start, days_from
from payments.domain.books.search import PeriodOf
from payments.domain.errors import BadInput
from payments.entrypoints.books.periods import read_period, zone_named

SEOUL = zone_named("Asia/Seoul")
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)


def read(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    period = read_period(PeriodOf.BEGUN, since, until, SEOUL)
    return period.since, period.until


def test_a_date_is_all_of_its_day_in_the_zone() -> None:
    start = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert read("2026-11-25", "2026-11-25") == (start, start + timedelta(days=1))
    assert read(None, None) == (None, None)


@pytest.mark.parametrize("text", ["2026-11-25T09:00:00+09:00", "2026-11-25T00:00Z", "2026-11-25 09:00"])
def test_a_moment_is_a_moment_and_without_an_offset_it_is_in_the_zone(text: str) -> None:
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    assert read(text, None) == (moment, None)
    assert read(None, text) == (None, moment)


@pytest.mark.parametrize(
    "text", ["", "today", "2026-02-30", "20261125", "2026-W01-1", "1999-12-31", "3000-01-01", "0001-01-01T00:00Z",
             "9999-12-31T23:59-23:00", "2026-11-25T25:00", "2026-11-25T09:00:00+24:00", "٢٠٢٦-11-25"],
)  # fmt: skip
def test_what_is_no_date_and_no_moment_is_refused(text: str) -> None:
    for borders in ((text, None), (None, text)):
        with pytest.raises(BadInput):
            read(*borders)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadInput):
        read("2026-11-26", "2026-11-25")


@pytest.mark.parametrize("name", ["", "Seoul", "../../etc/passwd", "/etc/localtime", "Asia", "Asia/Seoul\0", "x" * 70])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        zone_named(name)


@given(day=st.dates(FIRST_DAY, LAST_DAY), zone=ZONES)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    if day != LAST_DAY:
        assert day_end(day, zone) == day_start(day + timedelta(days=1), zone)
    assert day_start(day, zone) <= day_end(day, zone)


@given(moment=st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)), zone=ZONES)  # noqa: DTZ001
def test_a_moment_belongs_to_the_day_that_holds_it(moment: datetime, zone: ZoneInfo) -> None:
    day = day_of(moment, zone)
    assert day_start(day, zone) <= moment < day_end(day, zone)


def test_days_are_counted_with_both_ends() -> None:
    assert list(days_from(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1),
    ]  # fmt: skip
