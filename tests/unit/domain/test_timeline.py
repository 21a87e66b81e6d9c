"""What the timeline of a payment says, and when the payment is refreshed next."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import NOON, a_deposit, a_payment, a_report, issued, paid
from unit.domain.worlds.lives import MINUTE, recorded

from payments.domain.event import EventKind
from payments.domain.machine import AWAITING, CANCELLED, PAID
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.report import Rank, ReportedRefund
from payments.domain.schedule import DEPOSIT_GRACE, GRACE

DECLINED: dict[str, Any] = {"rank": Rank.DECLINED, "reason": "한도 초과"}


def closed() -> Payment:
    return a_payment().closed(NOON, "buyer:1", "buyer")


def expired(payment: Payment, at: datetime) -> Payment:
    return payment.expired(at, GRACE, DEPOSIT_GRACE)


def kinds(payment: Payment) -> list[EventKind]:
    return [h.kind for h in payment.new_events]


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
    entry = recorded(payment, [a_report(payment, gateway_id="imp_a", refunded=2_000, refunds=history)]).new_events[-1]
    assert (entry.kind, entry.refund_id, entry.amount, entry.reason) == (
        EventKind.REFUNDED,
        "imp_a.0",
        2_000,
        "단순 변심",
    )
    silent = recorded(payment, [a_report(payment, gateway_id="imp_a", refunded=2_000)]).new_events[-1]
    assert silent.reason == "refunded"


OPEN_ENDS: dict[str, Callable[[], Payment]] = {
    "awaiting": a_payment,
    "a deposit": lambda: issued(a_payment()),
    "failed": lambda: a_payment().prepare_refused(NOON, "no"),
    "closed": closed,
    "a stray on its way back": lambda: recorded(
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
    assert expired(payment, payment.expiry + GRACE - timedelta(seconds=1)) is payment
    assert expired(payment, payment.expiry + GRACE).status is CANCELLED


def test_only_what_still_awaits_expires() -> None:
    late = NOON + timedelta(days=30)
    for payment in (paid(a_payment()), OPEN_ENDS["failed"](), closed()):
        assert expired(payment, late) is payment


def test_a_deposit_keeps_its_payment_awaiting_until_it_is_due() -> None:
    payment = issued(a_payment())
    due = a_deposit().due
    assert expired(payment, due + DEPOSIT_GRACE - timedelta(seconds=1)) is payment
    assert expired(payment, due + DEPOSIT_GRACE).reason == "expired"


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
    assert not recorded(payment, [a_report(payment, **DECLINED)]).id_used_up
    assert recorded(payment, [a_report(payment, amount=Money(1))]).id_used_up
