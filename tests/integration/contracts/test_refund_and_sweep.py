"""Refunds and the sweep over every store: the same laws on memory, SQLite and PostgreSQL.

What would break them: a store that drops what is only bookkeeping (an unknown outcome, a due time, a remainder), or
keeps a refund apart from its payment.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
import pytest
from builders import NOON

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.memory.store import MemoryStore
from payments.adapters.sql.store import SqlStore
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.attempt import Disposition
from payments.domain.errors import NotSent, RefundInProgress, RefundRefused, Unknown
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import EXPIRES_AFTER
from payments.domain.use_cases.checkout import Checkout, Outcome
from payments.domain.use_cases.refunds import Refunds
from payments.domain.use_cases.sweep import Sweep
from payments.domain.values import Caller, GatewayId, Method, Mode, Offer, RefundId
from payments.entrypoints.blocking import run

SHOP = Caller.shop("contract")
PRICE = Money(12_000)
LONG = timedelta(hours=2)
NO_ANSWER = Unknown("The provider did not answer.")


@attrs.define
class Shop:
    """The use cases over one store, a provider in memory, and a clock that the test moves."""

    store: MemoryStore | SqlStore
    now: datetime = NOON
    hold_strays: bool = False
    gateway: MemoryGateway = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.gateway = MemoryGateway(lambda: self.now)

    @property
    def checkout(self) -> Checkout:
        return Checkout(
            payments=self.store.payments,
            gateway=self.gateway,
            ids=RandomIds(),
            clock=_Clock(lambda: self.now),
            mode=Mode.TEST,
            hold_strays=self.hold_strays,
        )

    @property
    def refunds(self) -> Refunds:
        return Refunds(self.checkout)

    @property
    def sweep(self) -> Sweep:
        return Sweep(self.checkout, self.refunds)

    def begun(self, order: str = "order") -> Payment:
        return run(self.checkout.begin("kim", order, Offer("멤버십", PRICE), Method.CARD, SHOP))

    def opened(self, order: str = "order") -> tuple[Payment, GatewayId]:
        payment = self.begun(order)
        return payment, self.gateway.open(payment.merchant_id, PRICE)

    def paid(self) -> Payment:
        payment, attempt = self.opened()
        self.gateway.approve(attempt)
        return run(self.checkout.complete(Caller.buyer("kim"), payment.merchant_id, attempt)).payment

    def refund(self, payment: Payment, amount: int | None = None, refund_id: str = "r1") -> Outcome:
        order = RefundOrder(reason="고객 요청", amount=amount)
        return run(self.refunds.refund(SHOP, payment.merchant_id, order, RefundId(refund_id)))

    def swept(self, later: timedelta = LONG) -> None:
        self.now += later
        while (done := run(self.sweep.sweep())).looked:
            assert not done.troubles, done.troubles

    def known(self, payment: Payment) -> Payment:
        return run(self.store.payments.get(payment.merchant_id))

    def taken(self, payment: Payment) -> int:
        """What the provider still holds of this payment, in minor units."""
        return sum(report.remaining for report in run(self.gateway.attempts(payment.merchant_id)))


@attrs.frozen
class _Clock:
    read: Callable[[], datetime]

    def now(self) -> datetime:
        return self.read()


@pytest.fixture
def shop(store: MemoryStore | SqlStore) -> Shop:
    return Shop(store)


# ---- refunds ----


def test_parts_go_back_until_nothing_is_left(shop: Shop) -> None:
    payment = shop.paid()
    assert shop.refund(payment, 5_000, "r1").payment.status is Status.PAID
    last = shop.refund(payment, None, "r2")
    assert (last.confirmed, last.payment.status, last.payment.refunded) == (True, Status.CANCELLED, 12_000)
    assert [refund.amount for refund in shop.known(payment).refunds] == [5_000, 7_000]
    assert shop.taken(payment) == 0


def test_one_refund_id_is_one_refund_however_often_it_is_asked(shop: Shop) -> None:
    payment = shop.paid()
    for _ in range(3):
        shop.refund(payment, 5_000)
    assert shop.taken(payment) == 7_000


def test_more_than_is_left_is_refused_and_nothing_is_stored(shop: Shop) -> None:
    payment = shop.paid()
    with pytest.raises(RefundRefused):
        shop.refund(payment, 12_001)
    assert shop.known(payment) == payment


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
def test_a_refund_whose_answer_is_lost_is_executed_once(shop: Shop, done: bool) -> None:
    payment = shop.paid()
    shop.gateway.trouble("refund", NO_ANSWER, after_the_work=done)
    assert not shop.refund(payment, 5_000).confirmed
    with pytest.raises(RefundInProgress):
        shop.refund(payment, 7_000, "r2")
    shop.swept()
    assert shop.known(payment).refund(RefundId("r1")).status is RefundStatus.DONE
    assert shop.taken(payment) == 7_000


def test_a_refund_that_never_left_is_sent_by_the_sweep(shop: Shop) -> None:
    payment = shop.paid()
    shop.gateway.trouble("refund", NotSent("The provider cannot be reached."))
    assert not shop.refund(payment, 5_000).confirmed
    shop.swept()
    assert shop.taken(payment) == 7_000


@pytest.mark.parametrize(("in_console", "left"), [(4_000, 3_000), (9_000, 3_000)], ids=["still fits", "overtaken"])
def test_a_console_refund_in_between_is_told_apart(shop: Shop, in_console: int, left: int) -> None:
    payment = shop.paid()
    shop.gateway.trouble("refund", NO_ANSWER)
    shop.refund(payment, 5_000)
    shop.gateway.refund_in_console(payment.attempts[0].gateway_id, in_console)
    shop.swept()
    by = {refund.by: refund for refund in shop.known(payment).refunds}
    assert by["external"].amount == in_console
    assert by[str(SHOP)].status is (RefundStatus.DONE if in_console == 4_000 else RefundStatus.REFUSED)
    assert shop.taken(payment) == left


# ---- strays ----


def test_a_late_capture_is_given_back_by_the_sweep(shop: Shop) -> None:
    payment, attempt = shop.opened()
    run(shop.checkout.cancel(SHOP, payment.merchant_id))
    shop.gateway.approve(attempt)
    shop.swept()
    found = shop.known(payment)
    assert (found.status, found.attempts[0].disposition) == (Status.CANCELLED, Disposition.LATE)
    assert shop.taken(payment) == 0


def test_a_held_stray_waits_for_a_note(store: MemoryStore | SqlStore) -> None:
    shop = Shop(store, hold_strays=True)
    payment, attempt = shop.opened()
    run(shop.checkout.cancel(SHOP, payment.merchant_id))
    shop.gateway.approve(attempt)
    shop.swept()
    assert [stray.merchant_id for stray in run(shop.refunds.strays(SHOP))] == [payment.merchant_id]
    run(shop.refunds.hold_stray(SHOP, payment.merchant_id, attempt, "goods were handed over"))
    assert run(shop.refunds.strays(SHOP)) == []
    assert shop.taken(payment) == 12_000


# ---- the sweep ----


def test_an_untouched_payment_expires_only_after_a_look_that_was_answered(shop: Shop) -> None:
    payment = shop.begun()
    shop.gateway.trouble("attempts", NO_ANSWER)
    shop.now += EXPIRES_AFTER + timedelta(minutes=1)
    assert len(run(shop.sweep.sweep()).troubles) == 1
    assert shop.known(payment).status is Status.AWAITING
    shop.swept()
    assert (shop.known(payment).status, shop.known(payment).reason) == (Status.CANCELLED, "expired")


def test_a_deposit_is_waited_for_until_it_is_due(shop: Shop) -> None:
    payment, attempt = shop.opened()
    shop.gateway.issue_deposit(attempt, shop.now + timedelta(days=3))
    shop.swept(timedelta(days=1))
    assert shop.known(payment).status is Status.AWAITING
    shop.gateway.deposit(attempt)
    shop.swept(timedelta(hours=1))
    assert shop.known(payment).status is Status.PAID


def test_a_payment_is_swept_by_one_of_two(shop: Shop) -> None:
    shop.begun("first")
    shop.begun("second")
    shop.now += timedelta(seconds=31)
    assert [run(shop.sweep.sweep(1)).looked, run(shop.sweep.sweep(2)).looked, run(shop.sweep.sweep(2)).looked] == [
        1,
        1,
        0,
    ]


def test_money_that_no_row_waits_for_is_found_by_the_walk(shop: Shop) -> None:
    run(shop.sweep.reconcile())
    attempt = shop.gateway.open("another-systems-order", PRICE)
    shop.gateway.approve(attempt)
    shop.now += timedelta(minutes=1)
    run(shop.sweep.reconcile())
    [stray] = run(shop.refunds.strays(SHOP))
    assert stray.attempts[0].disposition is Disposition.ORPHAN


def test_a_walk_without_an_answer_begins_there_again(shop: Shop) -> None:
    run(shop.sweep.reconcile())
    reached = run(shop.store.payments.reconciled_until())
    shop.gateway.trouble("listing", NO_ANSWER)
    shop.now += timedelta(minutes=1)
    with pytest.raises(Unknown):
        run(shop.sweep.reconcile())
    assert run(shop.store.payments.reconciled_until()) == reached
