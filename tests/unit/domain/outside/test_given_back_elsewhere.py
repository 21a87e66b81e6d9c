"""Money that was given back elsewhere: it counts once, never beyond what is left, and never beside an open refund."""

from datetime import timedelta
from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_refund_order, a_report, paid, told, with_refund
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rounds import rounds
from unit.domain.worlds.lives import balanced

from payments.domain.errors import BadInput, RefundInProgress, RefundRefused
from payments.domain.event import EventKind
from payments.domain.machine import CANCELLED, PAID
from payments.domain.outside.deciding import GivenBack, count, merge, record
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.refunding import begin_send, rebase, request
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import GatewayId, Mode, RefundId
from payments.testing.strategies import payments

WON = 1_000
R1, R2 = RefundId("r1"), RefundId("r2")
HOUR = timedelta(hours=1)
OUTSIDE, QUESTIONED, MERGED = RefundStatus.OUTSIDE, RefundStatus.QUESTIONED, RefundStatus.MERGED


def a_paid(**report: Any) -> Payment:
    return paid(a_payment(amount=WON), gateway_id="imp_a", **report)


def elsewhere(payment: Payment, amount: int = 300, refund_id: RefundId = R1, **said: Any) -> Payment:
    given_back = GivenBack(**{"amount": amount, "note": "계좌 이체"} | said)
    return record(payment, given_back, refund_id, NOON + HOUR, "operator:kim")


def seen_at_the_provider(payment: Payment, *amounts: int, gateway_id: str = "imp_a") -> Payment:
    """Return the payment after a report that shows refunds from the provider's console."""
    known = payment.attempt(GatewayId(gateway_id))
    assert known
    made = tuple(ReportedRefund(provider_id=f"c{n}", amount=one, reason="콘솔") for n, one in enumerate(amounts))
    rank = Rank.CANCELLED if sum(amounts) == known.report.amount.minor else Rank.CAPTURED
    report = attrs.evolve(known.report, refunded=sum(amounts), refunds=made, rank=rank)
    after = told(payment, report, at=NOON + 2 * HOUR, stray_refund="auto")
    balanced(after)
    return after


def status_of(payment: Payment, refund_id: RefundId = R1) -> RefundStatus:
    return payment.refund(refund_id).status


def outside(payment: Payment) -> int:
    return payment.outside


def test_it_counts_as_gone_and_the_providers_remainder_stays() -> None:
    after = elsewhere(a_paid(refunded=200))
    balanced(after)
    [capture] = after.attempts
    assert (capture.outside, capture.left, capture.report.remaining, after.status) == (300, 500, 800, PAID)
    row = after.refund(R1)
    assert (row.status, row.by, row.reason, row.done_at) == (OUTSIDE, "operator:kim", "계좌 이체", NOON + HOUR)
    event = after.new_events[-1]
    assert (event.kind, event.amount, event.by) == (EventKind.REFUNDED_OUTSIDE, 300, "operator:kim")


def test_the_checksum_of_a_later_refund_is_the_providers_remainder() -> None:
    asked = request(elsewhere(a_paid()), a_refund_order(), R2, NOON, "shop:desk").refund(R2)
    assert (asked.amount, asked.remainder) == (700, WON)


def test_all_of_it_gone_is_cancelled() -> None:
    after = elsewhere(seen_at_the_provider(a_paid(), 600), 400)
    balanced(after)
    assert (after.status, after.reason, after.refunded, outside(after)) == (CANCELLED, "refunded", 600, 400)


@given(st.integers(-1, WON + 2))
def test_never_more_than_is_left_is_recorded(amount: int) -> None:
    payment = a_paid(refunded=200)
    if not 1 <= amount <= 800:
        with pytest.raises((RefundRefused, BadInput)):
            elsewhere(payment, amount)
        return
    balanced(elsewhere(payment, amount))


def test_nothing_is_recorded_while_a_refund_is_open() -> None:
    open_one = with_refund(a_paid(), amount=100)
    with pytest.raises(RefundInProgress):
        elsewhere(open_one)
    with pytest.raises(RefundInProgress):
        elsewhere(begin_send(open_one, open_one.open_refunds[0], NOON))


def test_an_automatic_refund_that_was_not_sent_gives_way_and_the_stray_is_seen_to() -> None:
    payment = a_paid()
    strayed = told(payment, a_report(payment, gateway_id="imp_b"), stray_refund="auto")
    after = elsewhere(strayed, WON, gateway_id=GatewayId("imp_b"))
    balanced(after)
    assert (status_of(after, RefundId("auto")), status_of(after)) == (RefundStatus.REFUSED, OUTSIDE)
    assert not after.attempts[-1].is_open_stray


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"note": " "}, BadInput),
        ({"at": NOON + 2 * HOUR}, BadInput),
        ({"at": NOON - 24 * HOUR}, BadInput),
        ({"seen": 999}, RefundRefused),
        ({"gateway_id": GatewayId("imp_none")}, RefundRefused),
    ],
)
def test_what_cannot_have_been_is_refused(said: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        elsewhere(a_paid(), **said)


def test_test_money_cannot_be_given_back_elsewhere() -> None:
    with pytest.raises(RefundRefused):
        elsewhere(a_paid(mode=Mode.LIVE), gateway_id=GatewayId("imp_a"))


# ---- the provider tells later ----


def test_a_refund_of_the_same_sum_at_the_provider_is_counted_once_until_somebody_decides() -> None:
    after = seen_at_the_provider(elsewhere(a_paid()), 300)
    assert (status_of(after), after.refunded, outside(after), after.attempts[0].left) == (QUESTIONED, 300, 0, 700)
    assert after.new_events[-1].kind is EventKind.OUTSIDE_QUESTIONED
    assert after.refund(R1).done_at is None


def test_money_that_is_the_same_stays_counted_once() -> None:
    after = merge(seen_at_the_provider(elsewhere(a_paid()), 300), R1, NOON, "operator:kim")
    balanced(after)
    assert (status_of(after), after.attempts[0].left) == (MERGED, 700)
    assert merge(after, R1, NOON, "operator:kim") is after
    with pytest.raises(RefundRefused):
        count(after, R1, NOON, "operator:kim")


def test_money_that_is_other_money_counts_beside_it() -> None:
    after = count(seen_at_the_provider(elsewhere(a_paid()), 300), R1, NOON, "operator:kim")
    balanced(after)
    assert (status_of(after), after.attempts[0].left, after.refund(R1).done_at) == (OUTSIDE, 400, NOON + HOUR)
    assert count(after, R1, NOON, "operator:kim") is after


def test_other_money_that_leaves_nothing_cancels_the_payment() -> None:
    after = count(seen_at_the_provider(elsewhere(a_paid(), 500), 500), R1, NOON, "operator:kim")
    balanced(after)
    assert (after.status, after.attempts[0].left) == (CANCELLED, 0)


def test_two_records_of_one_sum_and_one_refund_leave_one_in_question() -> None:
    twice = elsewhere(elsewhere(a_paid()), refund_id=R2)
    after = seen_at_the_provider(twice, 300)
    assert (status_of(after, R1), status_of(after, R2)) == (QUESTIONED, OUTSIDE)
    both = seen_at_the_provider(twice, 300, 300)
    assert (status_of(both, R1), status_of(both, R2)) == (QUESTIONED, QUESTIONED)


def test_a_refund_of_another_sum_questions_nothing_while_both_fit() -> None:
    after = seen_at_the_provider(elsewhere(a_paid()), 200)
    assert (status_of(after), after.attempts[0].left) == (OUTSIDE, 500)


def test_records_that_no_longer_fit_are_questioned_the_latest_first() -> None:
    after = seen_at_the_provider(elsewhere(elsewhere(a_paid(), 200), 400, R2), 500)
    assert (status_of(after, R1), status_of(after, R2), after.attempts[0].left) == (OUTSIDE, QUESTIONED, 300)
    with pytest.raises(RefundRefused):  # 400 of the 300 that are left
        count(after, R2, NOON, "operator:kim")


def test_all_refunded_at_the_provider_leaves_no_record_counted() -> None:
    after = seen_at_the_provider(elsewhere(a_paid(), 999), WON)
    assert (after.status, status_of(after), outside(after)) == (CANCELLED, QUESTIONED, 0)


def test_a_refund_that_may_be_executed_is_never_beyond_what_is_left() -> None:
    """Fails where an open refund, a record and a refund in the console together exceed the capture."""
    open_one = request(elsewhere(a_paid(), 400), a_refund_order(amount=600), R2, NOON, "shop:desk")
    sent = begin_send(open_one, open_one.refund(R2), NOON)
    after = seen_at_the_provider(sent, 300)
    assert (status_of(after), after.attempts[0].left, after.refund(R2).is_open) == (QUESTIONED, 700, True)
    later = rebase(after, after.refund(R2), NOON + HOUR)
    assert status_of(later, R2) is RefundStatus.REFUSED, "nothing is sent again before somebody has decided"


def test_nothing_is_refunded_or_recorded_before_a_question_is_decided() -> None:
    after = seen_at_the_provider(elsewhere(a_paid()), 300)
    with pytest.raises(RefundRefused):
        request(after, a_refund_order(amount=1), R2, NOON, "shop:desk")
    with pytest.raises(RefundRefused):
        elsewhere(after, 1, R2)
    decided = merge(after, R1, NOON, "operator:kim")
    assert request(decided, a_refund_order(), R2, NOON, "shop:desk").refund(R2).amount == 700


def test_a_record_can_be_merged_with_refunds_of_other_sums_that_are_the_same_money() -> None:
    after = seen_at_the_provider(elsewhere(a_paid(), 300), 100, 200)
    assert (status_of(after), after.attempts[0].left) == (OUTSIDE, 400)
    assert merge(after, R1, NOON, "operator:kim").attempts[0].left == 700


def test_what_a_merger_leaves_of_a_cancelled_payment_can_be_refunded_and_it_stays_closed() -> None:
    """No move leads out of `cancelled`, so only the sums tell that money is held again."""
    after = elsewhere(elsewhere(seen_at_the_provider(a_paid(), 300), 300), 400, R2)
    assert (after.status, after.attempts[0].left) == (CANCELLED, 0)
    decided = merge(after, R1, NOON + 3 * HOUR, "operator:kim")
    balanced(decided)
    assert (decided.status, decided.attempts[0].left, decided.new_events[-1].status) == (CANCELLED, 300, CANCELLED)
    asked = request(decided, a_refund_order(), RefundId("r3"), NOON + 3 * HOUR, "operator:kim")
    assert asked.refund(RefundId("r3")).amount == 300


def test_a_record_is_merged_with_nothing() -> None:
    with pytest.raises(RefundRefused):
        merge(elsewhere(a_paid()), R1, NOON, "operator:kim")
    with pytest.raises(RefundRefused):
        merge(seen_at_the_provider(elsewhere(a_paid()), 200), R1, NOON, "operator:kim")


@pytest.mark.parametrize("decide", [merge, count])
def test_a_refund_of_ours_is_no_record(decide: Any) -> None:
    with pytest.raises(RefundRefused):
        decide(with_refund(a_paid(), refund_id="r1"), R1, NOON, "operator:kim")


@settings(max_examples=rounds(25, 1_000))
@given(payments(12))
def test_the_books_balance_at_any_moment_of_any_life(payment: Payment) -> None:
    for attempt in payment.attempts:
        mine = [one for one in payment.refunds if one.gateway_id == attempt.gateway_id]
        gone = sum(one.amount for one in mine if one.done_at)
        on_its_way = sum(one.amount for one in mine if one.is_open)
        assert gone == attempt.report.refunded + attempt.outside
        assert 0 <= on_its_way <= attempt.left
    if payment.status is PAID:
        assert payment.accepted
        assert payment.accepted.left > 0
