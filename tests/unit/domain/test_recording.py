"""What a report makes of a payment: which capture counts, and what a refusal changes."""

from datetime import timedelta
from typing import Any

import attrs
from builders import NOON, a_deposit, a_payment, a_report, issued, paid, told
from unit.domain.worlds.lives import recorded

from payments.domain.attempt import Disposition
from payments.domain.event import EventKind
from payments.domain.machine import AWAITING, FAILED, PAID
from payments.domain.payment import Payment
from payments.domain.recording import Reading, apply_reports
from payments.domain.report import Rank

DECLINED: dict[str, Any] = {"rank": Rank.DECLINED, "reason": "한도 초과"}

READY: dict[str, Any] = {"rank": Rank.READY}


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
    assert after.due_at == NOON + timedelta(seconds=90)  # once more soon, for what else waits under it
    assert after.checked_at(after.due_at).due_at == NOON + timedelta(days=7, minutes=1)  # then it rests


def test_a_late_approval_after_a_refusal_pays() -> None:
    payment = a_payment()
    refused = a_report(payment, **DECLINED)
    failed = recorded(payment, [refused])
    assert (failed.status, failed.reason) == (FAILED, "한도 초과")
    after = recorded(failed, [a_report(payment, gateway_id=refused.gateway_id)])
    assert (after.status, after.reason) == (PAID, "")


def test_a_second_try_pays_after_the_first_was_declined() -> None:
    payment = a_payment()
    after = recorded(payment, [a_report(payment, **DECLINED), a_report(payment)])
    assert after.status is PAID


def test_a_paid_payment_is_not_failed_by_a_refusal_of_another_try() -> None:
    payment = paid(a_payment())
    after = recorded(payment, [a_report(payment, **DECLINED)])
    assert (after.status, after.reason, kinds(after)[-1]) == (PAID, "", EventKind.DECLINED)


def test_an_old_refusal_of_the_paid_attempt_is_not_even_noted() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    stale = a_report(payment, gateway_id="imp_a", **DECLINED)
    assert told(payment, stale) is payment


# ---- refusals ----


def test_one_refusal_does_not_fail_a_payment_whose_other_window_is_open() -> None:
    payment = a_payment()
    open_window, refused = a_report(payment, **READY), a_report(payment, **DECLINED)
    after = recorded(payment, [open_window, refused])
    assert (after.status, kinds(after)[-1]) == (AWAITING, EventKind.DECLINED)
    both = recorded(after, [attrs.evolve(open_window, rank=Rank.DECLINED)])
    assert both.status is FAILED


def test_a_window_that_an_old_answer_shows_as_open_does_not_keep_a_payment_waiting() -> None:
    payment = a_payment()
    first, second = a_report(payment, **READY), a_report(payment, **READY)
    after = recorded(payment, [second, attrs.evolve(first, rank=Rank.DECLINED)])
    assert after.status is AWAITING
    at_once = (first, attrs.evolve(second, rank=Rank.DECLINED))
    reading = Reading(reports=at_once, at=NOON, by="sweep", is_complete_look=True)
    assert apply_reports(after, reading, lambda *_: None).status is FAILED


def test_an_opened_window_and_an_issued_deposit_are_told_and_change_no_status() -> None:
    payment = a_payment()
    opened = recorded(payment, [a_report(payment, gateway_id="imp_a", **READY)])
    after = recorded(opened, [a_report(payment, gateway_id="imp_a", deposit=a_deposit(), **READY)])
    assert kinds(after)[1:] == [EventKind.ATTEMPT_OPENED, EventKind.DEPOSIT_ISSUED]
    assert (after.status, after.expiry) == (AWAITING, a_deposit().due)


def test_a_deposit_is_issued_once_and_then_merely_better_known() -> None:
    payment = issued(a_payment(), gateway_id="imp_a")
    later = a_deposit(due=a_deposit().due + timedelta(days=1))
    after = recorded(payment, [a_report(payment, gateway_id="imp_a", deposit=later, **READY)])
    assert kinds(after)[1:] == [EventKind.DEPOSIT_ISSUED, EventKind.ATTEMPT_UPDATED]
    assert after.expiry == later.due


def test_the_reason_of_a_failed_payment_follows_the_better_report_of_its_refusal() -> None:
    payment = a_payment()
    silent = a_report(payment, rank=Rank.DECLINED)
    failed = recorded(payment, [silent])
    assert failed.reason == "declined"
    assert recorded(failed, [attrs.evolve(silent, reason="한도 초과")]).reason == "한도 초과"


def test_the_reason_of_a_closed_payment_is_why_it_was_closed() -> None:
    payment = a_payment()
    silent = a_report(payment, rank=Rank.DECLINED)
    after = recorded(
        recorded(payment, [silent]).closed(NOON, "shop:1", "shop"), [attrs.evolve(silent, reason="한도 초과")]
    )
    assert after.reason == "shop"


def test_a_chatty_field_is_kept_quietly() -> None:
    """A signed receipt link differs in every answer: as an event, each check would be a message to the shop."""
    payment = paid(a_payment(), gateway_id="imp_a")
    signed = [a_report(payment, gateway_id="imp_a", receipt_url=f"https://receipt.test/{n}") for n in range(20)]
    after = recorded(payment, signed)
    assert (after.version, after.new_events) == (payment.version, payment.new_events)
    assert after.attempts[0].report == signed[9]  # the highest of them: links that alternate are not written each time
    assert after.due_at == payment.due_at


def test_a_receipt_link_beside_a_refund_is_one_event() -> None:
    payment = paid(a_payment(), gateway_id="imp_a")
    after = recorded(
        payment, [a_report(payment, gateway_id="imp_a", refunded=1_000, receipt_url="https://receipt.test/1")]
    )
    assert kinds(after)[len(kinds(payment)) :] == [EventKind.REFUNDED]
    assert after.attempts[0].report.receipt_url
