"""Captures that do not pay: strays are refunded or held, orphans are held."""

from typing import Any

import attrs
import pytest
from builders import NOON, a_payment, a_report, paid
from unit.domain.worlds.lives import MINUTE, balanced, told

from payments.domain.attempt import Disposition
from payments.domain.event import EventKind
from payments.domain.machine import CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.recording import MISMATCH, apply_report, orphan
from payments.domain.refunding import refuse
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import Mode, RefundId


def closed() -> Payment:
    return a_payment().closed(NOON, "buyer:1", "buyer")


def fates(payment: Payment) -> list[Disposition | None]:
    return [a.disposition for a in payment.attempts]


def kinds(payment: Payment) -> list[EventKind]:
    return [h.kind for h in payment.new_events]


MISMATCHES: dict[str, dict[str, Any]] = {
    "another amount": {"amount": Money(100)},
    "another currency": {"amount": Money(12_000, "JPY")},
    "another mode": {"mode": Mode.LIVE},
}


# ---- strays ----


@pytest.mark.parametrize("changes", MISMATCHES.values(), ids=MISMATCHES)
def test_a_mismatch_fails_the_payment_and_is_given_back(changes: dict[str, Any]) -> None:
    payment = a_payment()
    report = a_report(payment, **changes)
    after = told(payment, [report])
    assert (after.status, after.reason, fates(after)) == (FAILED, MISMATCH, [Disposition.MISMATCH])
    assert [(r.amount, r.by, r.reason) for r in after.open_refunds] == [
        (report.amount.minor, "policy", "stray: mismatch")
    ]
    assert kinds(after)[1:] == [EventKind.STRAYED, EventKind.REFUND_REQUESTED]
    assert (after.new_events[1].gateway_id, after.new_events[1].reason) == (report.gateway_id, "mismatch")
    assert after.due_at == NOON + MINUTE  # the moment it was learnt: due now


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.TEST])
def test_only_money_of_the_payments_own_mode_counts(mode: Mode) -> None:
    payment = a_payment(mode=Mode.LIVE)
    after = told(payment, [a_report(payment, mode=mode)])
    assert after.status is (PAID if mode is Mode.LIVE else FAILED)


def test_the_right_amount_after_a_mismatch_still_pays() -> None:
    payment = a_payment()
    after = told(payment, [a_report(payment, amount=Money(100)), a_report(payment)])
    assert (after.status, after.reason) == (PAID, "")
    assert len(after.open_refunds) == 1


def test_a_mismatch_beside_a_paid_payment_leaves_it_paid() -> None:
    payment = paid(a_payment())
    after = told(payment, [a_report(payment, amount=Money(100))])
    assert (after.status, after.reason) == (PAID, "")
    assert [r.amount for r in after.open_refunds] == [100]


def test_a_second_capture_is_a_duplicate_and_is_given_back() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    after = told(payment, [a_report(payment, gateway_id="imp_b")])
    assert fates(after) == [Disposition.ACCEPTED, Disposition.DUPLICATE]
    assert [(r.gateway_id, r.amount) for r in after.open_refunds] == [("imp_b", 12_000)]
    assert after.status is PAID


def test_a_second_capture_is_a_duplicate_also_when_the_first_went_back() -> None:
    payment = paid(a_payment(), gateway_id="imp_a", rank=Rank.CANCELLED)
    assert payment.status is CANCELLED
    after = told(payment, [a_report(payment, gateway_id="imp_b")])
    assert fates(after)[1] is Disposition.DUPLICATE
    assert [r.amount for r in after.open_refunds] == [12_000]


def test_a_late_capture_is_given_back() -> None:
    payment = closed()
    after = told(payment, [a_report(payment)])
    assert (after.status, after.reason, fates(after)) == (CANCELLED, "buyer", [Disposition.LATE])
    assert [r.amount for r in after.open_refunds] == [12_000]


def test_held_strays_wait_for_the_operator() -> None:
    payment = closed()
    after = told(payment, [a_report(payment)], hold=True)
    assert not after.refunds
    assert after.attempts[0].is_open_stray


def test_a_stray_that_is_back_already_needs_no_refund() -> None:
    payment = closed()
    after = told(payment, [a_report(payment, rank=Rank.CANCELLED)])
    assert not after.open_refunds
    assert not after.attempts[0].is_open_stray


def test_what_was_refunded_before_we_knew_is_not_given_back_again() -> None:
    payment = closed()
    after = told(payment, [a_report(payment, refunded=5_000)])
    assert [(r.amount, r.is_open) for r in after.refunds] == [(5_000, False), (7_000, True)]


def test_a_return_of_a_stray_that_the_provider_refused_is_tried_again_only_when_something_moved() -> None:
    payment = closed()
    report = a_report(payment)
    strayed = told(payment, [report])
    refused = refuse(strayed, strayed.open_refunds[0], NOON, "no account")
    assert apply_report(refused, report, at=NOON, by="test", refund_strays_as=RefundId("r9")) is refused
    moved = apply_report(refused, attrs.evolve(report, refunded=1), at=NOON, by="test", refund_strays_as=RefundId("r9"))
    assert [(r.id, r.amount) for r in moved.open_refunds] == [("r9", 11_999)]


def test_a_return_on_its_way_is_not_asked_for_twice() -> None:
    payment = closed()
    strayed = told(payment, [a_report(payment, gateway_id="imp_a", refunded=2_000)])
    assert [r.amount for r in strayed.open_refunds] == [10_000]
    operators = attrs.evolve(strayed.open_refunds[0], amount=1_000)  # smaller, so it still fits beside the console's
    strayed = attrs.evolve(strayed, refunds=strayed.with_refunds(operators))
    more = a_report(
        payment, gateway_id="imp_a", refunded=5_000, refunds=(ReportedRefund(amount=5_000, reason="관리자"),)
    )
    after = apply_report(strayed, more, at=NOON, by="test", refund_strays_as=RefundId("r9"))
    assert [r.amount for r in after.open_refunds] == [1_000]


def an_orphan(**changes: Any) -> Payment:
    return orphan(a_report(gateway_id="imp_a", **changes), NOON, "listing")


# ---- orphans ----


def test_a_capture_that_nobody_began_is_kept_and_held() -> None:
    payment = an_orphan()
    assert (payment.status, payment.reason, fates(payment)) == (CANCELLED, "orphan", [Disposition.ORPHAN])
    assert not payment.refunds
    assert payment.attempts[0].is_open_stray
    assert (payment.buyer, payment.order) == ("", "")  # nobody's
    assert [h.version for h in payment.new_events] == [1, 2, 3]


def test_an_orphan_keeps_what_went_back_of_it_already() -> None:
    payment = an_orphan(refunded=2_000)
    assert [(r.amount, r.is_open) for r in payment.refunds] == [(2_000, False)]
    balanced(payment)


def test_another_capture_under_an_orphans_id_is_held_too() -> None:
    payment = an_orphan()
    after = told(
        payment, [a_report(payment, gateway_id="imp_b"), a_report(payment, gateway_id="imp_c", amount=Money(1))]
    )
    assert fates(after) == [Disposition.ORPHAN] * 3
    assert not after.refunds
