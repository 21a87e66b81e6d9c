"""Attempts are a join: order, repetition and stale answers cannot matter."""

import itertools
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_report, paid, texts, told
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain.worlds.lives import balanced, lives, recorded

from payments.domain.attempt import Disposition
from payments.domain.errors import ContractViolation
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID, Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.report import Rank, Report, ReportedRefund
from payments.domain.values import Mode

PAYMENT = a_payment()
WON = PAYMENT.price.minor

# ---- two reports of one attempt ----


@st.composite
def consistent(draw: st.DrawFn) -> Report:
    """Anything that may be said of one attempt: what was captured is the same in all, the rest is whatever comes."""
    rank = draw(st.sampled_from(Rank))
    refunded = {Rank.CAPTURED: draw(st.integers(0, WON - 1)), Rank.CANCELLED: WON}.get(rank, 0)
    parts = st.lists(st.builds(ReportedRefund, provider_id=texts(0, 4), amount=st.integers(1, WON)), max_size=2)
    history = parts.filter(lambda parts: sum(p.amount for p in parts) <= refunded) if refunded else st.just([])
    return a_report(
        PAYMENT,
        gateway_id="imp_a",
        rank=rank,
        refunded=refunded,
        reason=draw(texts(0, 3)),
        receipt_url=draw(texts(0, 3)),
        refunds=tuple(draw(history)),
    )


@given(consistent(), consistent())
def test_joining_is_commutative(a: Report, b: Report) -> None:
    assert a.joined(b) == b.joined(a)


@given(consistent(), consistent(), consistent())
def test_joining_is_associative(a: Report, b: Report, c: Report) -> None:
    assert a.joined(b).joined(c) == a.joined(b.joined(c))


@given(consistent(), consistent())
def test_joining_is_idempotent_and_keeps_the_greater_of_both(a: Report, b: Report) -> None:
    both = a.joined(b)
    assert a.joined(a) == a
    assert both.joined(a) == both.joined(b) == both
    assert both.rank == max(a.rank, b.rank)
    assert both.refunded == max(a.refunded, b.refunded)


CONTRADICTIONS: dict[str, dict[str, Any]] = {
    "another payment's": {"merchant_id": "m_another"},
    "another attempt": {"gateway_id": "imp_b"},
    "another amount": {"amount": Money(WON + 1)},
    "another currency": {"amount": Money(WON, "JPY")},
    "another mode": {"mode": Mode.LIVE},
}


@pytest.mark.parametrize("changes", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_two_reports_that_cannot_both_be_true_are_a_breach_of_contract(changes: dict[str, Any]) -> None:
    one = a_report(PAYMENT, gateway_id="imp_a")
    other = attrs.evolve(one, **changes)
    for a, b in [(one, other), (other, one)]:
        with pytest.raises(ContractViolation):
            a.joined(b)


@pytest.mark.parametrize("name", ["another amount", "another currency", "another mode"])
def test_a_contradiction_is_never_settled(name: str) -> None:
    known = paid(PAYMENT, gateway_id="imp_a")
    with pytest.raises(ContractViolation):
        recorded(known, [a_report(PAYMENT, gateway_id="imp_a", **CONTRADICTIONS[name])])


@pytest.mark.parametrize(
    ("rank", "refunded"),
    [(Rank.READY, 1), (Rank.DECLINED, 1), (Rank.CAPTURED, WON), (Rank.CANCELLED, WON - 1), (Rank.CANCELLED, WON + 1)],
)
def test_a_report_whose_rank_and_amounts_disagree_does_not_exist(rank: Rank, refunded: int) -> None:
    with pytest.raises(ContractViolation):
        a_report(PAYMENT, rank=rank, refunded=refunded)


# ---- one attempt, every order ----

BEFORE: dict[str, Callable[[], Payment]] = {
    "awaiting": lambda: PAYMENT,
    "failed": lambda: PAYMENT.prepare_refused(NOON, "too little"),
    "closed": lambda: PAYMENT.closed(NOON, "buyer:1", "buyer"),
    "paid": lambda: paid(PAYMENT, gateway_id="imp_first"),
    "holding play money": lambda: told(PAYMENT, a_report(PAYMENT, gateway_id="imp_first", mode=Mode.LIVE)),
    "not announced": lambda: attrs.evolve(PAYMENT, version=0, new_events=()),
}


def outcome(payment: Payment) -> Any:
    """All that must not depend on the order of reports; versions, times and the names of refunds may."""
    owed = {(r.gateway_id, r.amount) for r in payment.open_refunds}
    back = {a.gateway_id: 0 for a in payment.attempts}
    for refund in payment.refunds:
        back[refund.gateway_id] += refund.amount if refund.status is RefundStatus.DONE else 0
    return payment.status, payment.reason, payment.attempts, payment.refunded, back, owed


AMOUNTS = [PAYMENT.price, Money(1), Money(WON, "JPY")]


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("hold", [False, True], ids=["given back", "held"])
@settings(max_examples=50, derandomize=True, deadline=None)
@given(data=st.data())
def test_all_orders_of_one_attempts_reports_end_in_the_same_payment(
    before: Callable[[], Payment], hold: bool, data: st.DataObject
) -> None:
    life = data.draw(lives(PAYMENT, amounts=AMOUNTS, modes=list(Mode)))
    reports = data.draw(st.lists(st.sampled_from(life), min_size=1, max_size=4))
    outcomes = [outcome(recorded(before(), order, hold=hold)) for order in itertools.permutations(reports)]
    stuttered = outcome(recorded(before(), [r for report in reports for r in (report, report)], hold=hold))
    assert all(each == stuttered for each in outcomes)


# ---- several attempts, every order ----


@st.composite
def crowds(draw: st.DrawFn) -> list[Report]:
    """Up to five reports of up to three attempts at one payment: exact, mismatched, declined, refunded, test money."""
    snapshots: list[Report] = []
    for name in "abc"[: draw(st.integers(2, 3))]:
        life = draw(lives(PAYMENT, f"imp_{name}", amounts=[PAYMENT.price, PAYMENT.price, Money(1)], modes=list(Mode)))
        snapshots += draw(st.lists(st.sampled_from(life), min_size=1, max_size=2))
    return snapshots[:5]


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@settings(max_examples=40, derandomize=True, deadline=None)
@given(reports=crowds(), hold=st.booleans())
def test_all_orders_over_several_attempts_keep_one_capture_and_return_the_rest(
    before: Callable[[], Payment], reports: list[Report], hold: bool
) -> None:
    ends = [recorded(before(), order, hold=hold) for order in itertools.permutations(reports)]  # balanced at every step
    captured = {a.gateway_id: a.report for a in ends[0].attempts if a.report.is_capture}
    for end in ends:
        assert {a.gateway_id: a.report for a in end.attempts if a.report.is_capture} == captured
        assert bool(end.accepted) is bool(ends[0].accepted)  # the order chooses which, never whether


@given(crowds())
def test_a_good_payment_ends_paid_whatever_else_was_tried(reports: list[Report]) -> None:
    """Safety is not bought by refunding everybody."""
    exact = a_report(PAYMENT, gateway_id="imp_good")
    end = recorded(PAYMENT, [*reports, exact])
    in_full = [a for a in end.attempts if a.disposition is Disposition.ACCEPTED and not a.report.remaining]
    assert end.status is (CANCELLED if in_full else PAID)


# ---- events and looks ----


@given(crowds())
def test_happenings_are_numbered_from_one_without_a_gap(reports: list[Report]) -> None:
    end = recorded(a_payment(merchant_id=PAYMENT.merchant_id), reports)
    assert [h.version for h in end.new_events] == list(range(1, end.version + 1))
    assert end.new_events[-1].status is end.status


@given(crowds(), st.data())
def test_every_status_change_is_a_move_of_the_table(reports: list[Report], data: st.DataObject) -> None:
    moves = {
        AWAITING: {AWAITING, PAID, FAILED, CANCELLED},
        FAILED: {FAILED, PAID, CANCELLED},
        PAID: {PAID, CANCELLED},
        CANCELLED: {CANCELLED},
    }
    statuses: list[Status] = [h.status for h in recorded(PAYMENT, reports).new_events]
    assert all(b in moves[a] for a, b in itertools.pairwise(statuses))


def test_a_mismatch_that_is_refunded_in_part_elsewhere_goes_back_to_the_last_won() -> None:
    cheap = a_report(PAYMENT, gateway_id="imp_a", amount=Money(1000))
    refund = ReportedRefund(provider_id="can_1", amount=300, reason="관리자페이지취소")
    end = recorded(PAYMENT, [cheap, attrs.evolve(cheap, refunded=300, refunds=(refund,))])
    assert [(r.amount, r.remainder) for r in end.open_refunds] == [(700, 700)]
    balanced(end)


def test_what_an_operator_kept_is_not_given_back_when_more_is_known() -> None:
    cheap = a_report(PAYMENT, gateway_id="imp_a", amount=Money(1000))
    held = recorded(PAYMENT, [cheap], hold=True)
    attempt = attrs.evolve(held.attempts[0], note="paid by phone")
    kept = attrs.evolve(held, attempts=held.with_attempt(attempt))
    end = told(kept, attrs.evolve(cheap, refunded=300), stray_refund="r1")
    assert not end.open_refunds
