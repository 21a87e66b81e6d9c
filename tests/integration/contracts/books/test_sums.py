"""What holds of every Ledger: its sums equal the movements of the payments that are stored, for any stretch of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import attrs
import pytest
from builders import NOON, a_payment, a_report, fresh, paid, payments, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.rounds import rounds

from payments.domain.books.days import day_of
from payments.domain.books.sums import Group, Grouping, MovementKind, movements_of, sums_of
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.outside.deciding import GivenBack, record
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.report import Approval, Rank
from payments.domain.use_cases.reporting import Reporting
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, Mode, RefundId, Terms
from payments.entrypoints.blocking import run

SEOUL = ZoneInfo("Asia/Seoul")
LONG_AGO, FAR = datetime(2000, 6, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 15, tzinfo=UTC)
"""When the 25th begins in Seoul."""
SECOND = timedelta(seconds=1)


def add(store: Store, payment: Payment) -> Payment:
    return run(store.payments.add(payment))


def refunded(payment: Payment, amount: int, at: datetime) -> Payment:
    return told(payment, attrs.evolve(payment.attempts[0].report, refunded=amount), at=at)


def test_a_day_ends_at_the_shops_midnight(store: Store) -> None:
    for at, amount in ((MIDNIGHT - SECOND, 100), (MIDNIGHT, 20), (MIDNIGHT + timedelta(days=1) - SECOND, 3)):
        add(store, paid(a_payment(amount=amount, at=at), captured_at=at))
    add(store, refunded(paid(a_payment(amount=1_000, at=NOON), captured_at=MIDNIGHT), 7, MIDNIGHT - SECOND))
    days = (datetime(2026, 11, 24, tzinfo=UTC).date(), datetime(2026, 11, 25, tzinfo=UTC).date())
    report = run(Reporting(store.ledger).report(*days, SEOUL, frozenset({Grouping.DAY})))
    assert [(line.day, line.captured, line.refunded, line.net) for line in report.lines] == [
        (days[0], 100, 7, 93),
        (days[1], 1_023, 0, 1_023),
    ]
    assert [(total.captured, total.captures, total.refunded) for total in report.totals] == [(1_123, 4, 7)]


def test_strays_and_their_refunds_stand_apart_and_test_money_nowhere(store: Store) -> None:
    strayed = paid(paid(a_payment()), gateway_id=fresh("imp"), amount=Money(50, "KRW"))
    stray = next(a for a in strayed.attempts if a.is_stray)
    add(store, told(strayed, attrs.evolve(stray.report, refunded=20), at=NOON))
    add(store, paid(a_payment(mode=Mode.TEST), mode=Mode.LIVE))
    report = run(Reporting(store.ledger).report(NOON.date(), NOON.date(), SEOUL, frozenset()))
    [total] = report.totals
    assert (total.captured, total.stray_captured, total.stray_refunded, total.refunded) == (12_000, 50, 20, 0)
    assert report.lines == report.totals


def test_what_was_given_back_elsewhere_stands_apart_until_it_is_the_same_money(store: Store) -> None:
    def on(payment: Payment, amount: int, gateway_id: str | None = None) -> Payment:
        named = gateway_id and GatewayId(gateway_id)
        return record(
            payment, GivenBack(amount=amount, note="이체", gateway_id=named), RefundId(fresh("r")), NOON, "kim"
        )

    add(store, on(paid(a_payment(amount=1_000)), 300))
    strayed = paid(paid(a_payment(amount=1_000)), gateway_id=(stray := fresh("imp")), amount=Money(50, "KRW"))
    add(store, on(strayed, 20, stray))
    add(store, refunded(on(paid(a_payment(amount=1_000)), 400), 400, NOON))
    [total] = run(Reporting(store.ledger).report(NOON.date(), NOON.date(), SEOUL, frozenset())).totals
    assert (total.captured, total.refunded, total.outside, total.net) == (3_000, 400, 300, 2_300)
    assert (total.stray_captured, total.stray_refunded, total.stray_outside) == (50, 0, 20)


def test_orphans_stand_apart_with_what_of_them_was_refunded(store: Store) -> None:
    for amount, back, at in ((700, 0, MIDNIGHT), (900, 200, MIDNIGHT), (40, 40, None)):
        rank = Rank.CANCELLED if back == amount else Rank.CAPTURED
        lost = a_report(a_payment(amount=amount), captured_at=at, refunded=back, rank=rank)
        run(store.orphans.update(lost.gateway_id, lambda _, lost=lost: Orphan.found(lost, MIDNIGHT, "test")))
    day = datetime(2026, 11, 25, tzinfo=UTC).date()
    [total] = run(Reporting(store.ledger).report(day, day, SEOUL, frozenset())).totals
    assert (total.orphan_captured, total.orphan_refunded, total.captured, total.net) == (1_640, 240, 0, 0)
    [line] = run(Reporting(store.ledger).report(day, day, SEOUL, frozenset({Grouping.METHOD}))).lines
    assert (line.group.method, line.orphan_captured) == ("card", 1_640)


def test_currencies_are_never_added_to_each_other(store: Store) -> None:
    for currency in ("KRW", "USD"):
        add(store, paid(a_payment(currency=currency)))
    report = run(Reporting(store.ledger).report(NOON.date(), NOON.date(), SEOUL, frozenset({Grouping.METHOD})))
    assert [(total.group.currency, total.captured) for total in report.totals] == [("KRW", 12_000), ("USD", 12_000)]


@pytest.mark.slow
@settings(
    max_examples=rounds(25, 300), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data(), new=st.lists(payments(), min_size=1, max_size=4))
def test_sums_equal_the_rows_for_any_history_and_zone(store: Store, data: st.DataObject, new: list[Payment]) -> None:
    known = _known.setdefault(id(store), [])
    known += [add(store, payment) for payment in new]
    moved = [one for payment in known for one in movements_of(payment)]
    assert list(run(store.ledger.sums(LONG_AGO, FAR))) == sums_of(moved)
    mine = [one for payment in new for one in movements_of(payment)]
    if not mine:
        return
    zone = ZoneInfo(data.draw(st.sampled_from(sorted(available_timezones()))))
    day = day_of(data.draw(st.sampled_from([one.at for one in mine])), zone)
    report = run(
        Reporting(store.ledger).report(day, day, zone, frozenset(data.draw(st.sets(st.sampled_from(Grouping)))))
    )
    meant = sum(one.amount for one in moved if day_of(one.at, zone) == day)
    for lines in (report.lines, report.totals):
        assert sum(sum(getattr(line, kind) for kind in MovementKind) for line in lines) == meant


_known: dict[int, list[Payment]] = {}
"""The payments of each store, which all examples of its test share."""


def test_money_is_told_apart_by_everything_that_an_accountant_groups_by() -> None:
    payment = a_payment(terms=Terms(channel="kcp"))
    [movement] = movements_of(paid(payment, method="card", approval=Approval(pg="html5_inicis")))
    group = Group(currency="KRW", method="card", provider=DEFAULT_PROVIDER, pg="html5_inicis", channel="kcp")
    assert movement.group == group
