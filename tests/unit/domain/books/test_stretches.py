"""A report asks for few movements at a time, however many a day has, and its sums do not depend on that."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.books.days import day_start
from payments.domain.books.settlement import SettledBy
from payments.domain.books.sums import Group, Grouping, MovementKind, Sum
from payments.domain.payment import Payment
from payments.domain.use_cases.reporting import FEW, MANY, Reporting
from payments.entrypoints.blocking import run

SEOUL = ZoneInfo("Asia/Seoul")
FIRST = date(2026, 11, 1)
BEGIN = day_start(FIRST, SEOUL)
HOUR = timedelta(hours=1)


@attrs.define
class BusyShop:
    """A ledger of *hourly* captures of 1,000 won in each hour, by the number of the hour; it notes what it is asked."""

    hourly: Sequence[int]
    asked: list[tuple[datetime, datetime, int]] = attrs.field(factory=list)

    async def sums(self, since: datetime, until: datetime) -> Sequence[Sum]:
        minutes = int((until - since) / timedelta(minutes=1))
        first = int((since - BEGIN) / timedelta(minutes=1))
        count = sum(self._in_minute(first + n) for n in range(minutes))
        self.asked.append((since, until, count))
        group = Group(currency="KRW")
        return [Sum(kind=MovementKind.CAPTURED, group=group, amount=1_000 * count, count=count)] if count else []

    async def named(self, names: Collection[str], by: SettledBy) -> Sequence[Payment]:
        raise NotImplementedError

    def _in_minute(self, minute: int) -> int:
        """Return one sixtieth of its hour, and the rest in the hour's last minute."""
        hour, within = divmod(minute, 60)
        many = self.hourly[hour % len(self.hourly)]
        return many // 60 + (many % 60 if within == 59 else 0)


def reported(shop: BusyShop, days: int) -> tuple[int, ...]:
    """Return what each day captured, of those with captures."""
    last = FIRST + timedelta(days=days - 1)
    report = run(Reporting(shop).report(FIRST, last, SEOUL, frozenset({Grouping.DAY})))
    assert sum(line.captured for line in report.totals) == sum(line.captured for line in report.lines)
    return tuple(line.captured for line in report.lines)


@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=24), st.integers(1, 3))
def test_sums_do_not_depend_on_how_they_are_asked_for(hourly, days):
    shop = BusyShop(hourly)
    whole = [sum(hourly[hour % len(hourly)] for hour in range(24 * day, 24 * day + 24)) for day in range(days)]
    assert reported(shop, days) == tuple(1_000 * count for count in whole if count)
    edges = [since for since, _, _ in shop.asked[1:]]
    assert edges == [until for _, until, _ in shop.asked[:-1]], "each moment is asked for once"


def test_a_busy_shop_is_asked_for_little_at_a_time():
    """Breaks where a day is one question: 480,000 rows, which a database may end for taking too long."""
    shop = BusyShop([20_000])
    reported(shop, 3)
    settled = [count for _, _, count in shop.asked[10:]]
    assert max(settled) <= 2 * MANY
    assert min(settled) >= FEW / 2


def test_a_quiet_shop_is_asked_once_a_day():
    """Breaks where a long report of a small shop takes more statements than it has days, but for its first ones."""
    shop = BusyShop([3])
    reported(shop, 30)
    assert len(shop.asked) <= 30 + 5


def test_what_moved_between_two_moments_is_asked_for_in_stretches_too():
    shop = BusyShop([20_000])
    (line,) = run(Reporting(shop).totals(BEGIN, BEGIN + 48 * HOUR))
    assert line.captured == 48 * 20_000 * 1_000
    assert max(count for _, _, count in shop.asked) <= 2 * MANY


def test_nothing_moves_in_no_time():
    shop = BusyShop([1])
    assert run(Reporting(shop).totals(BEGIN, BEGIN)) == ()
    assert not shop.asked
