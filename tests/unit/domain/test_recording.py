"""What a report makes of a payment: which capture counts, and what becomes of every other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from builders import NOON, a_deposit, a_payment, a_report, issued, paid
from unit.domain.lives import MINUTE, balanced, told

from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.money import Money
from payments.domain.payment import Disposition, EventKind, Payment
from payments.domain.recording import MISMATCH, apply_report, orphan
from payments.domain.refunding import refuse
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import Mode, RefundId

DECLINED: dict[str, Any] = {"rank": Rank.DECLINED, "reason": "한도 초과"}
READY: dict[str, Any] = {"rank": Rank.READY}


def closed() -> Payment:
    return a_payment().closed(NOON, "buyer:1", "buyer")


def paid_twice() -> Payment:
    payment = paid(a_payment())
    return told(payment, [a_report(payment)])


def fates(payment: Payment) -> list[Disposition | None]:
    return [a.disposition for a in payment.attempts]


def kinds(payment: Payment) -> list[EventKind]:
    return [h.kind for h in payment.new_events]


# ---- the capture that counts ----


def test_an_exact_capture_pays() -> None:
    after = paid(a_payment(), gateway_id="imp_a")
    assert (after.status, after.reason, fates(after)) == (PAID, "", [Disposition.ACCEPTED])
    assert (after.new_events[-1].kind, after.new_events[-1].gateway_id, after.new_events[-1].amount) == (
        EventKind.CAPTURED,
        "imp_a",
        12_000,
    )
    assert after.due_at is None  # a paid payment rests


def test_a_late_approval_after_a_refusal_pays() -> None:
    payment = a_payment()
    refused = a_report(payment, **DECLINED)
    failed = told(payment, [refused])
    assert (failed.status, failed.reason) == (FAILED, "한도 초과")
    after = told(failed, [a_report(payment, gateway_id=refused.gateway_id)])
    assert (after.status, after.reason) == (PAID, "")


def test_a_second_try_pays_after_the_first_was_declined() -> None:
    payment = a_payment()
    after = told(payment, [a_report(payment, **DECLINED), a_report(payment)])
    assert after.status is PAID


def test_a_paid_payment_is_not_failed_by_a_refusal_of_another_try() -> None:
    payment = paid(a_payment())
    after = told(payment, [a_report(payment, **DECLINED)])
    assert (after.status, after.reason, kinds(after)[-1]) == (PAID, "", EventKind.DECLINED)


def test_an_old_refusal_of_the_paid_attempt_is_not_even_noted() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    stale = a_report(payment, gateway_id="imp_a", **DECLINED)
    assert apply_report(payment, stale, at=NOON, by="test", refund_strays_as=None) is payment


# ---- refusals ----


def test_one_refusal_does_not_fail_a_payment_whose_other_window_is_open() -> None:
    payment = a_payment()
    open_window, refused = a_report(payment, **READY), a_report(payment, **DECLINED)
    after = told(payment, [open_window, refused])
    assert (after.status, kinds(after)[-1]) == (AWAITING, EventKind.DECLINED)
    both = told(after, [attrs.evolve(open_window, rank=Rank.DECLINED)])
    assert both.status is FAILED


def test_an_opened_window_and_an_issued_deposit_are_told_and_change_no_status() -> None:
    payment = a_payment()
    opened = told(payment, [a_report(payment, gateway_id="imp_a", **READY)])
    after = told(opened, [a_report(payment, gateway_id="imp_a", deposit=a_deposit(), **READY)])
    assert kinds(after)[1:] == [EventKind.ATTEMPT_OPENED, EventKind.DEPOSIT_ISSUED]
    assert (after.status, after.expiry) == (AWAITING, a_deposit().due)


def test_a_deposit_is_issued_once_and_then_merely_better_known() -> None:
    payment = issued(a_payment(), gateway_id="imp_a")
    later = a_deposit(due=a_deposit().due + timedelta(days=1))
    after = told(payment, [a_report(payment, gateway_id="imp_a", deposit=later, **READY)])
    assert kinds(after)[1:] == [EventKind.DEPOSIT_ISSUED, EventKind.ATTEMPT_UPDATED]
    assert after.expiry == later.due


def test_the_reason_of_a_failed_payment_follows_the_better_report_of_its_refusal() -> None:
    payment = a_payment()
    silent = a_report(payment, rank=Rank.DECLINED)
    failed = told(payment, [silent])
    assert failed.reason == "declined"
    assert told(failed, [attrs.evolve(silent, reason="한도 초과")]).reason == "한도 초과"


def test_the_reason_of_a_closed_payment_is_why_it_was_closed() -> None:
    payment = a_payment()
    silent = a_report(payment, rank=Rank.DECLINED)
    after = told(told(payment, [silent]).closed(NOON, "shop:1", "shop"), [attrs.evolve(silent, reason="한도 초과")])
    assert after.reason == "shop"


def test_better_knowledge_of_an_attempt_is_told_once() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    with_receipt = a_report(payment, gateway_id="imp_a", receipt_url="https://receipt.test/1")
    after = told(payment, [with_receipt, with_receipt])
    assert kinds(after)[len(kinds(payment)) :] == [EventKind.ATTEMPT_UPDATED]
    assert after.status is PAID


# ---- strays ----


MISMATCHES: dict[str, dict[str, Any]] = {
    "another amount": {"amount": Money(100)},
    "another currency": {"amount": Money(12_000, "JPY")},
    "another mode": {"mode": Mode.LIVE},
}


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


# ---- orphans ----


def an_orphan(**changes: Any) -> Payment:
    return orphan(a_report(gateway_id="imp_a", **changes), NOON, "listing")


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


# ---- the timeline and the next look ----


def test_every_entry_names_who_brought_the_news_and_when() -> None:
    after = paid(a_payment(), at=NOON + MINUTE)
    assert (after.new_events[-1].by, after.new_events[-1].at) == ("test", NOON + MINUTE)


def test_a_capture_and_its_refund_learnt_at_once_are_two_entries() -> None:
    after = paid(a_payment(), rank=Rank.CANCELLED)
    assert kinds(after) == [EventKind.BEGUN, EventKind.CAPTURED, EventKind.REFUNDED]
    assert [h.status for h in after.new_events] == [AWAITING, PAID, CANCELLED]
    assert after.reason == "refunded"


def test_only_the_last_of_the_refunds_that_empty_a_capture_cancels() -> None:
    history = (ReportedRefund(provider_id="can_1", amount=2_000), ReportedRefund(provider_id="can_2", amount=10_000))
    after = paid(a_payment(), rank=Rank.CANCELLED, refunds=history)
    assert [(h.amount, h.status) for h in after.new_events[2:]] == [(2_000, PAID), (10_000, CANCELLED)]


def test_a_refund_is_told_with_its_name_its_amount_and_its_reason() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    history = (ReportedRefund(provider_id="can_1", amount=2_000, reason="단순 변심"),)
    entry = told(payment, [a_report(payment, gateway_id="imp_a", refunded=2_000, refunds=history)]).new_events[-1]
    assert (entry.kind, entry.refund_id, entry.amount, entry.reason) == (
        EventKind.REFUNDED,
        "imp_a.0",
        2_000,
        "단순 변심",
    )
    silent = told(payment, [a_report(payment, gateway_id="imp_a", refunded=2_000)]).new_events[-1]
    assert silent.reason == "refunded"


OPEN_ENDS: dict[str, Callable[[], Payment]] = {
    "awaiting": a_payment,
    "a deposit": lambda: issued(a_payment()),
    "failed": lambda: a_payment().prepare_refused(NOON, "no"),
    "closed": closed,
    "a stray on its way back": lambda: told(
        paid(a_payment(merchant_id="m_1")), [a_report(a_payment(merchant_id="m_1"))]
    ),
}


@pytest.mark.parametrize("payment", OPEN_ENDS.values(), ids=OPEN_ENDS)
def test_whatever_may_still_change_has_a_next_look(payment: Callable[[], Payment]) -> None:
    assert payment().due_at is not None


@pytest.mark.parametrize("name", ["awaiting", "a deposit", "a stray on its way back"])
def test_what_must_not_stay_as_it_is_is_looked_at_for_ever(name: str) -> None:
    payment, now = OPEN_ENDS[name](), NOON
    for _ in range(50):
        assert payment.due_at is not None
        assert payment.due_at - now <= timedelta(minutes=30)
        now = max(now, payment.due_at)
        payment = payment.checked_at(now)


def test_a_failed_or_closed_payment_is_watched_for_eleven_days_and_then_left_to_the_listing() -> None:
    for payment in (OPEN_ENDS["failed"](), closed()):
        now = begun = NOON
        while payment.due_at is not None:
            now = payment.due_at
            payment = payment.checked_at(now)
        assert now - begun == timedelta(days=11, hours=7, minutes=48, seconds=30)


def test_an_awaiting_payment_is_looked_at_the_moment_it_expires() -> None:
    payment, checked_at = a_payment(), []
    while payment.due_at is not None and payment.due_at <= payment.expiry:
        checked_at.append(payment.due_at)
        payment = payment.checked_at(payment.due_at)
    assert checked_at[-1] == payment.expiry == NOON + timedelta(minutes=30)
    assert payment.expired(payment.expiry - timedelta(seconds=1)) is payment
    assert payment.expired(payment.expiry).status is CANCELLED


def test_only_what_still_awaits_expires() -> None:
    late = NOON + timedelta(days=30)
    for payment in (paid(a_payment()), OPEN_ENDS["failed"](), closed()):
        assert payment.expired(late) is payment


def test_a_deposit_keeps_its_payment_awaiting_until_it_is_due() -> None:
    payment = issued(a_payment())
    due = a_deposit().due
    assert payment.expired(due - timedelta(seconds=1)) is payment
    assert payment.expired(due).reason == "expired"


def test_a_second_beginning_is_looked_after_like_the_first() -> None:
    """The window that is opened now may be paid without a word: its payment must not wait for next week's look."""
    payment = OPEN_ENDS["failed"]()
    while payment.due_at is not None:
        payment = payment.checked_at(payment.due_at)
    later = NOON + timedelta(days=20)
    again = payment.begun_again(payment.method, later)
    assert again.due_at == later + timedelta(seconds=30)
    assert again.checked_at(later + timedelta(seconds=30)).due_at == later + timedelta(seconds=90)
    assert again.version == payment.version  # bookkeeping, not a change
    assert again.expires_at == later + timedelta(minutes=30)


def test_a_sooner_look_is_not_put_off_by_beginning_again() -> None:
    payment = a_payment().scheduled(NOON)
    assert payment.begun_again(payment.method, NOON + MINUTE).due_at == NOON


def test_only_an_open_payment_is_begun_again() -> None:
    for payment in (paid(a_payment()), closed()):
        assert payment.begun_again(payment.method, NOON) is payment


def test_an_id_that_took_money_is_burnt() -> None:
    payment = a_payment()
    assert not told(payment, [a_report(payment, **DECLINED)]).id_used_up
    assert told(payment, [a_report(payment, amount=Money(1))]).id_used_up
