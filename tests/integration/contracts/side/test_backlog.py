"""How much waits, over every store."""

from datetime import timedelta

import pytest

from payments import testing
from payments.domain.errors import Unknown
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Backlog, Store
from payments.domain.refunding import RefundOrder
from payments.domain.values import Caller, Method, Offer, RefundId
from payments.entrypoints.blocking import run

PRICE = Money(12_000)
SHOP = Caller.shop("contract")


@pytest.fixture
def shop(store: Store) -> testing.Shop:
    return testing.shop(store=store, hold_strays=True)


def begun(shop: testing.Shop, order: str = "order") -> Payment:
    return run(shop.checkout.begin("kim", order, Offer("멤버십", PRICE), Method.CARD, SHOP))


def backlog_of(shop: testing.Shop) -> Backlog:
    now = shop.clock.now()
    return run(shop.store.backlog.read(now, now - timedelta(minutes=10)))


def test_where_nothing_happened_nothing_waits(shop: testing.Shop) -> None:
    assert backlog_of(shop) == Backlog()


def test_a_payment_is_due_first_and_overdue_later(shop: testing.Shop) -> None:
    payment = begun(shop)
    due_at = payment.due_at
    assert due_at is not None
    assert backlog_of(shop).due == 0
    shop.clock.advance(seconds=(due_at - shop.clock.now()).total_seconds())
    assert (backlog_of(shop).due, backlog_of(shop).overdue) == (1, 0)
    shop.clock.advance(minutes=10)
    assert (backlog_of(shop).due, backlog_of(shop).overdue) == (1, 1)


def test_messages_wait_from_their_creation_until_they_are_delivered_or_dead(shop: testing.Shop) -> None:
    begun_at = shop.clock.now()
    begun(shop)
    shop.clock.advance(minutes=3)
    begun(shop, "another order")
    found = backlog_of(shop)
    assert (found.messages_dead, found.oldest_message) == (0, begun_at)
    first, *others = run(shop.store.outbox.waiting(100))
    assert found.messages_waiting == 1 + len(others)
    run(shop.store.outbox.bury(first.id, "refused"))
    found = backlog_of(shop)
    assert (found.messages_waiting, found.messages_dead) == (len(others), 1)


def test_a_refund_without_an_answer_is_open(shop: testing.Shop) -> None:
    payment = begun(shop)
    shop.gateway.approve(shop.gateway.open(payment.merchant_id, PRICE))
    run(shop.refresher.refresh(payment, "test"))
    shop.gateway.trouble("refund", Unknown("The provider did not answer."))
    run(shop.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="asked"), RefundId("r1")))
    assert (backlog_of(shop).open_strays, backlog_of(shop).open_refunds) == (0, 1)


def test_money_that_pays_for_nothing_is_an_open_stray(shop: testing.Shop) -> None:
    payment = begun(shop)
    shop.gateway.approve(shop.gateway.open(payment.merchant_id, Money(5_000), tampered=True))
    run(shop.refresher.refresh(payment, "test"))
    assert (backlog_of(shop).open_strays, backlog_of(shop).open_refunds) == (1, 0)


def test_what_was_reconciled_is_told(shop: testing.Shop) -> None:
    run(shop.store.payments.move_reconciled_until(shop.clock.now()))
    assert backlog_of(shop).reconciled_until == shop.clock.now()


def test_the_list_of_a_provider_that_the_shop_has_left_is_not_waited_for(shop: testing.Shop) -> None:
    now = shop.clock.now()
    run(shop.store.payments.move_reconciled_until(now - timedelta(days=9), "left"))
    run(shop.store.payments.move_reconciled_until(now, "second"))
    found = run(shop.store.backlog.read(now, now, {"second", "new"}))
    assert found.reconciled_until == now
    assert backlog_of(shop).reconciled_until == now - timedelta(days=9)


def test_a_refund_that_the_provider_accepted_long_ago_is_unfinished_until_it_ends(shop: testing.Shop) -> None:
    payment = begun(shop)
    run(shop.refresher.refresh_attempt(shop.pay(payment), "webhook"))
    shop.gateway.accept_refunds()
    run(shop.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="변심"), RefundId("r-1")))
    shop.clock.advance(days=7)
    assert (backlog_of(shop).open_refunds, backlog_of(shop).unfinished_refunds) == (1, 0)
    shop.clock.advance(seconds=1)
    assert backlog_of(shop).unfinished_refunds == 1
    shop.gateway.settle_refunds()
    run(shop.sweep.sweep())
    assert backlog_of(shop).unfinished_refunds == 0
