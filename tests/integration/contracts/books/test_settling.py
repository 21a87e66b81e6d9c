"""Comparing a payout file with every store: rows without a movement, movements without a row, and what is stored."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from builders import NOON, a_payment, fresh, paid, told

from payments.adapters.sql.scratch import Scratch
from payments.domain.books.settlement import (
    MOST_FINDINGS,
    SettledBy,
    Settlement,
    SettlementFinding,
    SettlementFindingKind,
    SettlementRow,
)
from payments.domain.errors import BadInput, PaymentNotFound
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.report import Approval
from payments.domain.use_cases.accounting.settlements import Settlements
from payments.domain.values import Caller, Mode
from payments.entrypoints.blocking import run
from payments.testing import ManualClock, NumberedIds

SHOP = Caller.shop("accountant")
FIRST, END = datetime(2026, 10, 31, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC)
"""November in Seoul."""
SECOND = timedelta(seconds=1)
_NUMBERS = itertools.count(1_000_000)
DIFFERS, NOT_IN_BOOKS, NOT_IN_FILE, NOT_READ = (
    SettlementFindingKind.DIFFERS,
    SettlementFindingKind.NOT_IN_BOOKS,
    SettlementFindingKind.NOT_IN_FILE,
    SettlementFindingKind.NOT_READ,
)


@pytest.fixture
def file() -> Iterator[Scratch]:
    scratch = Scratch(name="payout.csv")
    yield scratch
    scratch.close()


def captured(store: Store, name: str, at: datetime, amount: int = 12_000, **changes: object) -> Payment:
    """Store a payment that was captured under a transaction id of *name*."""
    taken = paid(a_payment(amount=amount), captured_at=at, approval=Approval(transaction_id=name), **changes)
    return run(store.payments.add(taken))


def row(name: str, amount: int = 12_000, line: int = 1, day: int = 27, fee: int = 0) -> SettlementRow:
    return SettlementRow(line=line, name=name, amount=amount, fee=fee, payout_day=date(2026, 11, day))


def compare(store: Store, file: Scratch, by: SettledBy = SettledBy.TRANSACTION_ID) -> Settlement:
    settlements = Settlements.over(store, NumberedIds(first=next(_NUMBERS)), ManualClock())
    return run(settlements.compare(SHOP, file, FIRST, END, by=by, currency="KRW"))


def found(settlement: Settlement) -> list[tuple[SettlementFindingKind, str, int]]:
    return sorted((one.kind, one.name, one.amount) for one in settlement.findings)


def test_a_file_of_exactly_what_moved_agrees_on_both_sides_of_midnight(store: Store, file: Scratch) -> None:
    for name, at in (("in", FIRST), ("last", END - SECOND), ("before", FIRST - SECOND), ("after", END)):
        captured(store, name, at)
    file.fill([row("in", line=2, fee=360), row("last", line=3, day=28, fee=350)])
    settlement = compare(store, file)
    assert (settlement.agrees, settlement.rows, settlement.agreed) == (True, 2, 2)
    assert [(one.day, one.amount, one.payout) for one in settlement.days] == [
        (date(2026, 11, 27), 12_000, 11_640),
        (date(2026, 11, 28), 12_000, 11_650),
    ]


def test_what_does_not_agree_is_found_both_ways(store: Store, file: Scratch) -> None:
    for name in ("agrees", "other sum", "missing"):
        captured(store, name, NOON)
    refunded = captured(store, "refunded", NOON)
    report = attrs.evolve(refunded.attempts[0].report, refunded=5_000)
    run(store.payments.update(refunded.merchant_id, lambda one: told(one, report, at=NOON)))
    unread = SettlementFinding(kind=NOT_READ, line=9, name="x", what="no amount")
    amounts = {"agrees": 12_000, "other sum": 11_999, "stranger": 700, "refunded": 12_000}
    file.fill([*(row(name, amount) for name, amount in amounts.items()), unread])
    settlement = compare(store, file)
    assert found(settlement) == [
        (DIFFERS, "other sum", 11_999),
        (NOT_IN_BOOKS, "stranger", 700),
        (NOT_IN_FILE, "missing", 12_000),
        (NOT_IN_FILE, "other sum", 12_000),
        (NOT_IN_FILE, "refunded", -5_000),
        (NOT_READ, "x", 0),
    ]
    assert (settlement.rows, settlement.agreed) == (4, 2)


def test_test_money_and_other_currencies_are_expected_in_no_file(store: Store, file: Scratch) -> None:
    captured(store, "played", NOON, mode=Mode.LIVE)
    dollars = paid(a_payment(currency="USD"), captured_at=NOON, approval=Approval(transaction_id="dollars"))
    run(store.payments.add(dollars))
    file.fill([])
    assert compare(store, file).agrees


@pytest.mark.parametrize("by", SettledBy)
def test_a_file_may_name_captures_by_any_of_their_names(store: Store, file: Scratch, by: SettledBy) -> None:
    payment = captured(store, "tid", NOON)
    file.fill([row(by.name_of(payment, payment.attempts[0]))])
    assert compare(store, file, by).agrees


def test_a_capture_without_the_name_of_the_file_is_missing_in_it(store: Store, file: Scratch) -> None:
    captured(store, "", NOON)
    file.fill([])
    [finding] = compare(store, file).findings
    assert (finding.kind, finding.name, "no such name" in finding.what) == (NOT_IN_FILE, "", True)


def test_a_finding_names_the_attempt_and_says_what_moved_when(store: Store, file: Scratch) -> None:
    missing, named = captured(store, "missing", NOON), captured(store, "named", NOON)
    report = attrs.evolve(missing.attempts[0].report, refunded=5_000)
    run(store.payments.update(missing.merchant_id, lambda one: told(one, report, at=NOON)))
    file.fill([row("named", 1)])
    findings = compare(store, file).findings
    assert {(one.merchant_id, one.gateway_id) for one in findings} == {
        (payment.merchant_id, payment.attempts[0].gateway_id) for payment in (missing, named)
    }
    at = NOON.isoformat(timespec="seconds")
    assert sorted((one.kind, one.name, one.what) for one in findings) == [
        (DIFFERS, "named", "our books have 12000 captured, 0 refunded"),
        (NOT_IN_FILE, "missing", f"captured at {at}"),
        (NOT_IN_FILE, "missing", f"refunded at {at}"),
        (NOT_IN_FILE, "named", f"captured at {at}"),
    ]


def test_more_rows_than_are_looked_up_at_once_are_all_compared(store: Store, file: Scratch) -> None:
    payments = [captured(store, f"tid-{n:03}", NOON) for n in range(3)]
    strangers = [row(f"x{n:04}", line=n + 1) for n in range(MOST_FINDINGS + 7)]
    file.fill([*strangers, *(row(one.attempts[0].report.approval.transaction_id) for one in payments)])
    settlement = compare(store, file)
    assert (settlement.rows, settlement.agreed, len(settlement.findings), settlement.more) == (510, 3, 500, 7)


def test_more_payout_days_than_a_file_can_have_are_refused(store: Store, file: Scratch) -> None:
    days = [date(2000, 1, 1) + timedelta(days=n) for n in range(401)]
    file.fill(attrs.evolve(row(f"x{n}"), payout_day=day) for n, day in enumerate(days))
    with pytest.raises(BadInput):
        compare(store, file)


def test_a_settlement_is_loaded_as_it_was_stored_and_listed_the_latest_first(store: Store, file: Scratch) -> None:
    file.fill([row("stranger"), attrs.evolve(row("y"), payout_day=None)])
    made = compare(store, file)
    later = attrs.evolve(made, id=fresh("s"), compared_at=made.compared_at + SECOND, skipped=2, more=1)
    run(store.settlements.add(later))
    page = store.settlements.page
    assert [*run(page(None, 1)), *run(page(later.id, 5))][:2] == [later, made]
    assert (run(store.settlements.find(made.id)), run(store.settlements.find("none"))) == (made, None)
    with pytest.raises(PaymentNotFound):
        run(page("nobody", 2))


def test_a_buyer_compares_nothing(store: Store, file: Scratch) -> None:
    settlements = Settlements.over(store, NumberedIds(), ManualClock())
    with pytest.raises(PaymentNotFound):
        run(settlements.compare(Caller.buyer("kim"), file, FIRST, END, by=SettledBy.GATEWAY_ID, currency="KRW"))
