"""Sends of a refund: stored before they leave, one at a time, and no refusal is believed while one may be at work."""

from datetime import datetime, timedelta

import pytest
from builders import NOON, a_payment, a_refund_order, a_report, paid, told, with_refund

from payments.domain.errors import RefundInProgress
from payments.domain.event import EventKind
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import (
    REPLACED,
    begin_send,
    hold_stray,
    note_not_sent,
    note_refused,
    note_still_at_work,
    refuse,
    request,
)
from payments.domain.schedule import CHECK_WAITS, LONGEST_AT_WORK, REFUSAL_WAITS
from payments.domain.values import RefundId

MINUTE = timedelta(minutes=1)
R1, R2 = RefundId("r1"), RefundId("r2")


def requested() -> Payment:
    return with_refund(paid(a_payment()), refund_id=R1, amount=5_000)


def sent(at: datetime = NOON) -> Payment:
    payment = requested()
    return begin_send(payment, payment.refund(R1), at)


def a_late_capture() -> Payment:
    """A stray, whose automatic refund is requested."""
    payment = a_payment().closed(NOON, "buyer:1", "buyer")
    return told(payment, a_report(payment), stray_refund=R1)


def refused_once() -> Payment:
    payment = a_late_capture()
    return refuse(payment, payment.refund(R1), NOON, "maintenance")


# ---- one at a time ----


def test_a_new_refund_may_be_sent() -> None:
    assert requested().refund(R1).may_be_sent(NOON)


def test_nothing_is_sent_while_an_earlier_send_may_be_at_work() -> None:
    refund = sent().refund(R1)
    assert (refund.sends, refund.sent_at) == (1, NOON)
    assert not refund.may_be_sent(NOON + LONGEST_AT_WORK - timedelta(microseconds=1))
    assert refund.may_be_sent(NOON + LONGEST_AT_WORK)


def test_the_time_at_work_counts_from_the_latest_send() -> None:
    """Counted from the first one, a second send would count as over while it is being executed."""
    first = sent()
    later = NOON + LONGEST_AT_WORK
    refund = begin_send(first, first.refund(R1), later).refund(R1)
    assert (refund.sends, refund.sending_until) == (2, later + LONGEST_AT_WORK)


def test_a_provider_that_says_it_works_is_given_its_time_again() -> None:
    payment = sent()
    after = note_still_at_work(payment, payment.refund(R1), NOON + MINUTE)
    assert after.refund(R1).sending_until == NOON + MINUTE + LONGEST_AT_WORK
    assert after.refund(R1).is_open


def test_a_send_that_never_left_is_not_at_work() -> None:
    payment = sent()
    after = note_not_sent(payment, payment.refund(R1))
    assert after.refund(R1).may_be_sent(NOON)
    assert after.refund(R1).sends == 1  # it is counted: another process compares and swaps on the number


def test_a_refusal_ends_the_send_and_not_the_refund() -> None:
    payment = sent()
    refund = note_refused(payment, payment.refund(R1), "no " * 1_000).refund(R1)
    assert (refund.is_open, refund.may_be_at_work(NOON), len(refund.failure)) == (True, False, 1_000)


def test_sends_are_bookkeeping_and_no_news() -> None:
    payment = requested()
    for step in (begin_send, note_still_at_work):
        after = step(payment, payment.refund(R1), NOON)
        assert (after.version, after.new_events, after.due_at) == (payment.version, payment.new_events, payment.due_at)


@pytest.mark.parametrize("status", [RefundStatus.DONE, RefundStatus.REFUSED])
def test_what_is_over_is_not_sent(status: RefundStatus) -> None:
    refund = Refund(id=R1, gateway_id=requested().refund(R1).gateway_id, amount=1, remainder=1, by="x",
                    requested_at=NOON, status=status)  # fmt: skip
    assert not refund.may_be_sent(NOON)


# ---- automatic refunds ----


def test_a_refusal_that_a_person_asked_for_is_final() -> None:
    payment = requested()
    after = refuse(payment, payment.refund(R1), NOON, "no")
    assert (after.refund(R1).status, after.new_events[-1].kind) == (RefundStatus.REFUSED, EventKind.REFUND_REFUSED)


def test_a_refused_automatic_refund_is_tried_again_later_and_is_no_news() -> None:
    """A provider's nightly maintenance must not leave a buyer's money with the shop."""
    before, after = a_late_capture(), refused_once()
    refund = after.refund(R1)
    assert (refund.is_open, refund.refusals, refund.failure) == (True, 1, "maintenance")
    assert not refund.may_be_sent(NOON + REFUSAL_WAITS[0] - timedelta(microseconds=1))
    assert refund.may_be_sent(NOON + REFUSAL_WAITS[0])
    assert after.version == before.version


def test_an_automatic_refund_is_refused_for_good_after_a_week_of_tries() -> None:
    payment, at, tries = a_late_capture(), NOON, 0
    while payment.refund(R1).is_open:
        at = max(at, payment.refund(R1).not_before or at)
        payment = refuse(payment, payment.refund(R1), at, "no")
        tries += 1
    assert tries == len(REFUSAL_WAITS) + 1
    assert at - NOON >= timedelta(days=7)
    assert payment.attempts[0].is_open_stray  # a person must decide


def test_a_person_may_replace_an_automatic_refund_that_is_being_refused() -> None:
    """A deposit can only go back to an account that somebody names."""
    payment = refused_once()
    after = request(payment, a_refund_order(gateway_id=payment.attempts[0].gateway_id), R2, NOON, "shop:desk")
    assert [(r.id, r.status, r.failure) for r in after.refunds] == [
        (R1, RefundStatus.REFUSED, REPLACED),
        (R2, RefundStatus.OPEN, ""),
    ]


def test_a_person_may_hold_a_stray_whose_refund_is_being_refused() -> None:
    payment = refused_once()
    after = hold_stray(payment, payment.attempts[0].gateway_id, "paid in cash", NOON, "shop:desk")
    assert (after.open_refunds, after.attempts[0].is_open_stray) == ([], False)


def test_an_automatic_refund_that_may_be_at_work_gives_way_to_nobody() -> None:
    payment = refused_once()
    payment = begin_send(payment, payment.refund(R1), NOON + REFUSAL_WAITS[0])
    now = NOON + REFUSAL_WAITS[0] + MINUTE
    with pytest.raises(RefundInProgress):
        hold_stray(payment, payment.attempts[0].gateway_id, "note", now, "shop:desk")
    with pytest.raises(RefundInProgress):
        request(payment, a_refund_order(gateway_id=payment.attempts[0].gateway_id), R2, now, "shop:desk")


def test_a_send_whose_outcome_is_not_known_yet_gives_way_to_nobody_however_old_it_is() -> None:
    """The money may have gone back, and nobody has looked since: told "refused", the shop would refund again."""
    payment = refused_once()
    payment = begin_send(payment, payment.refund(R1), NOON + REFUSAL_WAITS[0])
    much_later = NOON + REFUSAL_WAITS[0] + 2 * LONGEST_AT_WORK
    with pytest.raises(RefundInProgress):
        request(payment, a_refund_order(gateway_id=payment.attempts[0].gateway_id), R2, much_later, "shop:desk")


def test_an_automatic_refund_that_was_never_sent_gives_way() -> None:
    payment = a_late_capture()
    after = request(payment, a_refund_order(gateway_id=payment.attempts[0].gateway_id), R2, NOON, "shop:desk")
    assert [refund.id for refund in after.open_refunds] == [R2]


def test_a_refund_that_waits_for_its_next_try_does_not_put_off_the_other_checks() -> None:
    """A refused stray's refund waits for days; the payment may be paid meanwhile, in a window that was left open."""
    payment = a_payment()
    failed = told(payment, a_report(payment, amount=Money(100)), stray_refund=R1)
    for _ in range(7):
        failed = refuse(failed, failed.refund(R1), NOON, "maintenance")
    assert failed.refund(R1).not_before == NOON + REFUSAL_WAITS[6]
    assert failed.due_at == NOON + CHECK_WAITS[0]
