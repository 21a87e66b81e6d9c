"""payments.testing: what the tests of a shop that embeds us are given."""

import json
from datetime import timedelta

import pytest

from payments import Caller, Method, Money, Offer, RefundOrder, testing
from payments.domain.errors import RefundRefused
from payments.testing import NOON, Shop

KIM, SERVER = Caller.buyer("kim"), Caller.shop("web")
GOLD = Offer("Gold membership", Money(12_000))


def begun(shop: Shop, order: str = "order-1"):
    return shop.run(shop.checkout.begin("kim", order, GOLD, Method.CARD, SERVER))


def test_a_payment_is_paid_with_nothing_but_the_shop():
    shop = testing.shop()
    payment = begun(shop)
    done = shop.run(shop.checkout.complete(KIM, payment.merchant_id, shop.pay(payment)))
    assert done.payment.status == "paid"


def test_a_payment_that_nobody_told_of_is_found_when_the_worker_works():
    shop = testing.shop()
    payment = begun(shop)
    shop.pay(payment)
    shop.clock.advance(seconds=30)
    shop.work()
    assert shop.run(shop.store.payments.get(payment.merchant_id)).status == "paid"
    assert [json.loads(message.body)["type"] for message in shop.messages][-1] == "payment.captured"


def test_the_worker_delivers_every_message_once():
    shop = testing.shop()
    for number in range(20):
        begun(shop, f"order-{number}")
    shop.work()
    shop.work()
    assert len({message.id for message in shop.messages}) == len(shop.messages) == 40  # begun and prepared


def test_time_stands_still_until_it_is_moved():
    shop = testing.shop()
    assert begun(shop).created_at == NOON == shop.clock.now()
    shop.clock.advance(minutes=40)
    shop.work()
    assert begun(shop).created_at > NOON  # the first has expired, so this is another one


def test_a_payment_expires_when_the_shop_says():
    shop = testing.shop(expires_after=timedelta(minutes=5))
    payment = begun(shop)
    shop.clock.advance(minutes=14, seconds=59)  # its five minutes, and ten of grace
    shop.work()
    assert shop.run(shop.store.payments.get(payment.merchant_id)).status == "awaiting"
    shop.clock.advance(seconds=1)
    shop.work()
    expired = shop.run(shop.store.payments.get(payment.merchant_id))
    assert (expired.status, expired.reason) == ("cancelled", "expired")


def test_an_order_begun_again_gets_its_whole_time_again():
    shop = testing.shop(expires_after=timedelta(minutes=5))
    begun(shop)
    shop.clock.advance(minutes=3)
    assert begun(shop).expires_at == shop.clock.now() + timedelta(minutes=5)


def test_two_shops_share_nothing():
    one, other = testing.shop(), testing.shop()
    begun(one)
    assert not other.run(other.store.payments.live("kim", "order-1"))


def test_two_shops_over_one_store_have_numbers_that_do_not_meet():
    one = testing.shop()
    other = testing.shop(store=one.store, ids=testing.NumberedIds(100))
    assert (begun(one).merchant_id, begun(other, "order-2").merchant_id) == ("m_1", "m_100")


def test_what_a_use_case_raises_comes_out_of_run():
    shop = testing.shop()
    payment = begun(shop)
    with pytest.raises(RefundRefused):
        shop.run(shop.refunds.refund(SERVER, payment.merchant_id, RefundOrder(reason="too early")))
