"""Captures that do not pay: strays are refunded, or held for a person."""

from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_report, paid, told, with_refund
from unit.domain.worlds.lives import MINUTE, recorded

from payments.domain.attempt import Disposition
from payments.domain.errors import RefundRefused
from payments.domain.event import EventKind, Reason
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refunding import hold_stray, refuse
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import Mode


def closed() -> Payment:
    return a_payment().closed(NOON, "buyer:1", "buyer")


def fates(payment: Payment) -> list[Disposition | None]:
    return [a.disposition for a in payment.attempts]


def kinds(payment: Payment) -> list[EventKind]:
    return [h.kind for h in payment.new_events]


MISMATCHES: dict[str, dict[str, Any]] = {
    "another amount": {"amount": Money(100)},
    "another currency": {"amount": Money(12_000, "JPY")},
}


# ---- strays ----


@pytest.mark.parametrize("changes", MISMATCHES.values(), ids=MISMATCHES)
def test_a_mismatch_fails_the_payment_and_is_given_back(changes: dict[str, Any]) -> None:
    payment = a_payment()
    report = a_report(payment, **changes)
    after = recorded(payment, [report])
    assert (after.status, after.reason, fates(after)) == (FAILED, Reason.AMOUNT_MISMATCH, [Disposition.MISMATCH])
    assert [(r.amount, r.by, r.reason) for r in after.open_refunds] == [
        (report.amount.minor, "policy", "stray: mismatch")
    ]
    assert kinds(after)[1:] == [EventKind.STRAYED, EventKind.REFUND_REQUESTED]
    assert (after.new_events[1].gateway_id, after.new_events[1].reason) == (report.gateway_id, "mismatch")
    assert after.due_at == NOON + MINUTE  # the moment it was learnt: due now


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("amount", [12_000, 100])
def test_money_of_the_other_mode_is_held_and_never_refunded_by_us(mode: Mode, amount: int) -> None:
    """Play money in a live shop: its cancel can never be confirmed, because a live look does not show test rows."""
    payment = a_payment(mode=mode)
    other = Mode.LIVE if mode is Mode.TEST else Mode.TEST
    after = recorded(payment, [a_report(payment, mode=other, amount=Money(amount))])
    assert (after.status, fates(after), after.refunds) == (AWAITING, [Disposition.WRONG_MODE], ())
    assert (after.attempts[0].is_open_stray, after.attempts[0].counts_as_money) == (True, False)
    with pytest.raises(RefundRefused):
        with_refund(after, gateway_id=after.attempts[0].gateway_id)
    held = hold_stray(after, after.attempts[0].gateway_id, "a test of the channel", NOON, "shop:desk")
    assert not held.attempts[0].is_open_stray


def test_real_money_beside_play_money_still_pays() -> None:
    payment = a_payment(mode=Mode.LIVE)
    after = recorded(payment, [a_report(payment, mode=Mode.TEST), a_report(payment)])
    assert (after.status, sorted(filter(None, fates(after)))) == (PAID, [Disposition.ACCEPTED, Disposition.WRONG_MODE])


@pytest.mark.parametrize("refunded", [1, 12_000])
def test_play_money_that_went_back_is_in_the_books(refunded: int) -> None:
    """A store that compared sums without it would refuse to record anything of this payment for ever."""
    payment = a_payment(mode=Mode.LIVE)
    play = a_report(payment, mode=Mode.TEST, gateway_id="imp_a")
    rank = Rank.CANCELLED if refunded == 12_000 else Rank.CAPTURED
    after = recorded(payment, [play, attrs.evolve(play, rank=rank, refunded=refunded)])
    assert [(r.amount, r.by) for r in after.refunds] == [(refunded, "external")]
    assert after.status is AWAITING


def test_the_right_amount_after_a_mismatch_still_pays() -> None:
    payment = a_payment()
    after = recorded(payment, [a_report(payment, amount=Money(100)), a_report(payment)])
    assert (after.status, after.reason) == (PAID, "")
    assert len(after.open_refunds) == 1


def test_a_mismatch_beside_a_paid_payment_leaves_it_paid() -> None:
    payment = paid(a_payment())
    after = recorded(payment, [a_report(payment, amount=Money(100))])
    assert (after.status, after.reason) == (PAID, "")
    assert [r.amount for r in after.open_refunds] == [100]


def test_a_second_capture_is_a_duplicate_and_is_given_back() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    after = recorded(payment, [a_report(payment, gateway_id="imp_b")])
    assert fates(after) == [Disposition.ACCEPTED, Disposition.DUPLICATE]
    assert [(r.gateway_id, r.amount) for r in after.open_refunds] == [("imp_b", 12_000)]
    assert after.status is PAID


def test_a_second_capture_is_a_duplicate_also_when_the_first_went_back() -> None:
    payment = paid(a_payment(), gateway_id="imp_a", rank=Rank.CANCELLED)
    assert payment.status is CANCELLED
    after = recorded(payment, [a_report(payment, gateway_id="imp_b")])
    assert fates(after)[1] is Disposition.DUPLICATE
    assert [r.amount for r in after.open_refunds] == [12_000]


def test_a_late_capture_is_given_back() -> None:
    payment = closed()
    after = recorded(payment, [a_report(payment)])
    assert (after.status, after.reason, fates(after)) == (CANCELLED, "buyer", [Disposition.LATE])
    assert [r.amount for r in after.open_refunds] == [12_000]


def test_held_strays_wait_for_the_operator() -> None:
    payment = closed()
    after = recorded(payment, [a_report(payment)], hold=True)
    assert not after.refunds
    assert after.attempts[0].is_open_stray


def test_a_stray_that_is_back_already_needs_no_refund() -> None:
    payment = closed()
    after = recorded(payment, [a_report(payment, rank=Rank.CANCELLED)])
    assert not after.open_refunds
    assert not after.attempts[0].is_open_stray


def test_what_was_refunded_before_we_knew_is_not_given_back_again() -> None:
    payment = closed()
    after = recorded(payment, [a_report(payment, refunded=5_000)])
    assert [(r.amount, r.is_open) for r in after.refunds] == [(5_000, False), (7_000, True)]


def given_up(payment: Payment) -> Payment:
    """Return *payment* after the provider refused its open refund for days."""
    while payment.open_refunds:
        payment = refuse(payment, payment.open_refunds[0], NOON, "no account")
    return payment


def test_a_return_of_a_stray_that_the_provider_refused_is_tried_again_only_when_something_moved() -> None:
    payment = closed()
    report = a_report(payment)
    strayed = recorded(payment, [report])
    refused = given_up(strayed)
    assert told(refused, report, stray_refund="r9") is refused
    moved = told(refused, attrs.evolve(report, refunded=1), stray_refund="r9")
    assert [(r.id, r.amount) for r in moved.open_refunds] == [("r9", 11_999)]


def test_a_return_on_its_way_is_not_asked_for_twice() -> None:
    payment = closed()
    strayed = recorded(payment, [a_report(payment, gateway_id="imp_a", refunded=2_000)])
    assert [r.amount for r in strayed.open_refunds] == [10_000]
    operators = attrs.evolve(strayed.open_refunds[0], amount=1_000)  # smaller, so it still fits beside the console's
    strayed = attrs.evolve(strayed, refunds=strayed.with_refunds(operators))
    more = a_report(
        payment, gateway_id="imp_a", refunded=5_000, refunds=(ReportedRefund(amount=5_000, reason="관리자"),)
    )
    after = told(strayed, more, stray_refund="r9")
    assert [r.amount for r in after.open_refunds] == [1_000]
