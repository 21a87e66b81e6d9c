"""Refunds, strays and the sweep over every store: the same laws on memory, SQLite and PostgreSQL.

What would break them: a store that drops what is only bookkeeping (a send that may be at work, a due time, a
remainder), or stores a refund apart from its payment.
"""

from datetime import timedelta

import attrs
import pytest

from payments import testing
from payments.domain.attempt import Disposition
from payments.domain.errors import NotSent, RefundInProgress, RefundRefused, Rejected, Unknown
from payments.domain.event import EventKind
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import EXPIRES_AFTER, GRACE, LONGEST_AT_WORK, PAID_CHECKS
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import Caller, GatewayId, Method, Mode, Offer, RefundId
from payments.entrypoints.blocking import run

SHOP, KIM = Caller.shop("contract"), Caller.buyer("kim")
PRICE = Money(12_000)
LONG = timedelta(hours=2)
NO_ANSWER = Unknown("The provider did not answer.")
NO = Rejected("The provider refused.", "NO", "not now")


@attrs.frozen
class Counter:
    """A shop over one store, and what these tests do with it."""

    shop: testing.Shop

    def begun(self, order: str = "order") -> Payment:
        return run(self.shop.checkout.begin("kim", order, Offer("멤버십", PRICE), Method.CARD, SHOP))

    def opened(self, order: str = "order") -> tuple[Payment, GatewayId]:
        payment = self.begun(order)
        return payment, self.shop.gateway.open(payment.merchant_id, PRICE)

    def paid(self) -> Payment:
        payment, attempt = self.opened()
        self.shop.gateway.approve(attempt)
        return run(self.shop.checkout.complete(KIM, payment.merchant_id, attempt)).payment

    def refund(self, payment: Payment, amount: int | None = None, refund_id: str = "r1") -> Outcome:
        order = RefundOrder(reason="고객 요청", amount=amount)
        return run(self.shop.refunds.refund(SHOP, payment.merchant_id, order, RefundId(refund_id)))

    def swept(self, later: timedelta = LONG) -> None:
        self.shop.clock.time += later
        while (done := run(self.shop.sweep.sweep())).visited:
            assert not done.troubles, done.troubles

    def known(self, payment: Payment) -> Payment:
        return run(self.shop.store.payments.get(payment.merchant_id))

    def held_by_the_provider(self, payment: Payment) -> int:
        """Return what the provider still holds of this payment, in minor units."""
        return sum(report.remaining for report in run(self.shop.gateway.attempts(payment.merchant_id)).reports)


@pytest.fixture
def counter(store: Store) -> Counter:
    return Counter(testing.shop(store=store))


# -- refunds ---------------------------------------------------------------------------------------------------------


def test_parts_go_back_until_nothing_is_left(counter: Counter) -> None:
    payment = counter.paid()
    assert counter.refund(payment, 5_000, "r1").payment.status is Status.PAID
    last = counter.refund(payment, None, "r2")
    assert (last.confirmed, last.payment.status, last.payment.refunded) == (True, Status.CANCELLED, 12_000)
    assert [refund.amount for refund in counter.known(payment).refunds] == [5_000, 7_000]
    assert counter.held_by_the_provider(payment) == 0


def test_one_refund_id_is_one_refund_however_often_it_is_requested(counter: Counter) -> None:
    payment = counter.paid()
    for _ in range(3):
        counter.refund(payment, 5_000)
    assert counter.held_by_the_provider(payment) == 7_000


def test_more_than_is_left_is_refused_and_nothing_is_stored(counter: Counter) -> None:
    payment = counter.paid()
    with pytest.raises(RefundRefused):
        counter.refund(payment, 12_001)
    assert counter.known(payment) == payment


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
def test_a_refund_whose_answer_is_lost_is_executed_once(counter: Counter, done: bool) -> None:
    payment = counter.paid()
    counter.shop.gateway.trouble("refund", NO_ANSWER, after_the_work=done)
    assert not counter.refund(payment, 5_000).confirmed
    with pytest.raises(RefundInProgress):
        counter.refund(payment, 7_000, "r2")
    counter.swept()
    assert counter.known(payment).refund(RefundId("r1")).status is RefundStatus.DONE
    assert counter.held_by_the_provider(payment) == 7_000


def test_a_send_that_may_be_at_work_is_stored_and_nothing_else_is_sent_meanwhile(counter: Counter) -> None:
    """Fails where a store drops the send: the same money would leave twice."""
    payment = counter.paid()
    counter.shop.gateway.trouble("refund", NO_ANSWER)
    counter.refund(payment, 5_000)
    sent_at = counter.shop.clock.now()
    refund = counter.known(payment).refund(RefundId("r1"))
    assert (refund.sends, refund.sent_at, refund.sending_until) == (1, sent_at, sent_at + LONGEST_AT_WORK)
    counter.swept(LONGEST_AT_WORK - timedelta(seconds=1))
    counter.refund(payment, 5_000)
    assert counter.shop.gateway.calls.count("refund") == 1
    counter.swept()
    assert counter.shop.gateway.calls.count("refund") == 2


def test_a_refund_that_never_left_is_sent_by_the_sweep(counter: Counter) -> None:
    payment = counter.paid()
    counter.shop.gateway.trouble("refund", NotSent("The provider cannot be reached."))
    assert not counter.refund(payment, 5_000).confirmed
    counter.swept()
    assert counter.held_by_the_provider(payment) == 7_000


@pytest.mark.parametrize(("in_console", "left"), [(4_000, 3_000), (9_000, 3_000)], ids=["still fits", "overtaken"])
def test_a_console_refund_in_between_is_told_apart(counter: Counter, in_console: int, left: int) -> None:
    payment = counter.paid()
    counter.shop.gateway.trouble("refund", NO_ANSWER)
    counter.refund(payment, 5_000)
    counter.shop.gateway.refund_in_console(payment.attempts[0].gateway_id, in_console)
    counter.swept()
    by = {refund.by: refund for refund in counter.known(payment).refunds}
    assert by["external"].amount == in_console
    assert by[str(SHOP)].status is (RefundStatus.DONE if in_console == 4_000 else RefundStatus.REFUSED)
    assert counter.held_by_the_provider(payment) == left


# -- strays ----------------------------------------------------------------------------------------------------------


def cancelled_and_captured(counter: Counter) -> tuple[Payment, GatewayId]:
    payment, attempt = counter.opened()
    run(counter.shop.checkout.cancel(SHOP, payment.merchant_id))
    counter.shop.gateway.approve(attempt)
    return payment, attempt


def test_a_late_capture_is_refunded_by_the_sweep(counter: Counter) -> None:
    payment, _ = cancelled_and_captured(counter)
    counter.swept()
    found = counter.known(payment)
    assert (found.status, found.attempts[0].disposition) == (Status.CANCELLED, Disposition.LATE)
    assert counter.held_by_the_provider(payment) == 0


def test_a_refused_automatic_refund_is_tried_again_later(counter: Counter) -> None:
    payment, attempt = cancelled_and_captured(counter)
    counter.shop.gateway.trouble("refund", NO)
    run(counter.shop.refresher.refresh_attempt(attempt, "webhook"))
    run(counter.shop.sweep.sweep())
    [refund] = counter.known(payment).refunds
    assert (refund.status, refund.refusals, refund.failure) == (RefundStatus.OPEN, 1, "NO not now")
    assert refund.not_before is not None
    counter.swept(refund.not_before - counter.shop.clock.now() - timedelta(seconds=1))
    assert counter.shop.gateway.calls.count("refund") == 1
    counter.swept()
    assert counter.held_by_the_provider(payment) == 0


def test_a_held_stray_waits_for_a_note(store: Store) -> None:
    counter = Counter(testing.shop(store=store, hold_strays=True))
    payment, attempt = cancelled_and_captured(counter)
    counter.swept()
    strays = counter.shop.refunds.strays
    assert [stray.merchant_id for stray in run(strays(SHOP))] == [payment.merchant_id]
    run(counter.shop.refunds.hold_stray(SHOP, payment.merchant_id, attempt, "goods were handed over"))
    assert run(strays(SHOP)) == []
    assert counter.held_by_the_provider(payment) == 12_000


def test_a_capture_in_the_wrong_mode_is_held_and_refuses_to_be_refunded(counter: Counter) -> None:
    payment = counter.begun()
    attempt = counter.shop.gateway.open(payment.merchant_id, PRICE, mode=Mode.LIVE)
    counter.shop.gateway.approve(attempt)
    counter.swept(timedelta(minutes=1))
    found = counter.known(payment)
    assert (found.attempts[0].disposition, found.refunds) == (Disposition.WRONG_MODE, ())
    assert [stray.merchant_id for stray in run(counter.shop.refunds.strays(SHOP))] == [payment.merchant_id]
    with pytest.raises(RefundRefused):
        run(counter.shop.refunds.return_stray(SHOP, payment.merchant_id, attempt, reason="test money"))


def test_an_account_that_the_provider_does_not_close_is_told_once(counter: Counter) -> None:
    payment, attempt = counter.opened()
    counter.shop.gateway.issue_deposit(attempt)
    run(counter.shop.refresher.refresh_attempt(attempt, "webhook"))
    counter.shop.gateway.trouble("revoke", NO, times=9)
    run(counter.shop.checkout.cancel(SHOP, payment.merchant_id))
    counter.swept(timedelta(minutes=1))
    found = counter.known(payment)
    assert (found.status, found.attempts[0].revoke_failure) == (Status.CANCELLED, "NO not now")
    kinds = [event.kind for event in run(counter.shop.store.payments.timeline(payment.merchant_id))]
    assert kinds.count(EventKind.DEPOSIT_LEFT_OPEN) == 1


# -- the sweep -------------------------------------------------------------------------------------------------------


def test_an_untouched_payment_expires_only_after_its_grace_and_an_answer(counter: Counter) -> None:
    payment = counter.begun()
    counter.shop.clock.time += EXPIRES_AFTER + GRACE - timedelta(seconds=1)
    run(counter.shop.sweep.sweep())
    assert counter.known(payment).status is Status.AWAITING
    counter.shop.gateway.trouble("attempts", NO_ANSWER)
    counter.shop.clock.advance(seconds=1)
    assert len(run(counter.shop.sweep.sweep()).troubles) == 1
    assert counter.known(payment).status is Status.AWAITING
    counter.swept()
    assert (counter.known(payment).status, counter.known(payment).reason) == (Status.CANCELLED, "expired")


def test_a_deposit_is_waited_for_until_it_is_due(counter: Counter) -> None:
    payment, attempt = counter.opened()
    counter.shop.gateway.issue_deposit(attempt, counter.shop.clock.now() + timedelta(days=3))
    counter.swept(timedelta(days=1))
    assert counter.known(payment).status is Status.AWAITING
    counter.shop.gateway.deposit(attempt)
    counter.swept(timedelta(hours=1))
    assert counter.known(payment).status is Status.PAID


def test_a_refund_in_the_console_is_found_without_a_webhook(counter: Counter) -> None:
    payment = counter.paid()
    counter.swept()
    counter.shop.gateway.refund_in_console(payment.attempts[0].gateway_id, 4_000)
    counter.swept(PAID_CHECKS[0])
    assert counter.known(payment).refunded == 4_000


def test_a_payment_is_swept_by_one_of_two(counter: Counter) -> None:
    counter.begun("first")
    counter.begun("second")
    counter.shop.clock.advance(seconds=31)
    assert [run(counter.shop.sweep.sweep(limit)).visited for limit in (1, 2, 2)] == [1, 1, 0]
