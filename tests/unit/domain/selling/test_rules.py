"""What a shop requires of a payment before it begins: channels, minimums, something to pay, one payment per order."""

import pytest

from payments import testing
from payments.domain.attempt import Disposition
from payments.domain.books.search import Filter
from payments.domain.errors import AlreadyPaid, BadInput, BelowMinimum, NothingToPay
from payments.domain.event import Reason
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.use_cases.rules import Channel, Rules
from payments.domain.values import Caller, Method, Offer, Terms

CHANNELS = (
    Channel(name="toss", methods=frozenset({Method.CARD, Method.TRANSFER})),
    Channel(name="kakao", methods=frozenset({Method.KAKAOPAY})),
    Channel(name="second"),
)
RULES = Rules(channels=CHANNELS, minimums={Method.CARD: 100, Method.MOBILE: 300})
SHOP = Caller.shop("s")


@pytest.mark.parametrize(
    ("named", "method", "channel"),
    [
        ("", Method.KAKAOPAY, "kakao"),
        ("", Method.CARD, "toss"),
        ("", Method.MOBILE, ""),
        ("second", Method.KAKAOPAY, "second"),
        ("kakao", Method.KAKAOPAY, "kakao"),
    ],
)
def test_each_method_has_its_channel_and_the_shop_may_name_another(named: str, method: Method, channel: str) -> None:
    assert RULES.channel_for(named, method) == channel


@pytest.mark.parametrize(("named", "method"), [("none", Method.CARD), ("kakao", Method.CARD)])
def test_a_channel_that_cannot_take_the_payment_is_refused_by_name(named: str, method: Method) -> None:
    with pytest.raises(BadInput, match="The settings have: toss, kakao, second"):
        RULES.channel_for(named, method)


@pytest.mark.parametrize(("method", "amount"), [(Method.CARD, 99), (Method.MOBILE, 299)])
def test_a_price_below_the_minimum_of_its_method_is_refused_before_anything_is_sent(
    method: Method, amount: int
) -> None:
    shop = testing.shop(rules=RULES)
    with pytest.raises(BelowMinimum, match=f"at least {amount + 1} won"):
        shop.run(shop.checkout.begin("kim", "o-1", Offer("껌", Money(amount)), method, SHOP))
    assert not shop.run(shop.store.payments.live("kim", "o-1"))
    assert shop.run(shop.checkout.begin("kim", "o-1", Offer("껌", Money(amount + 1)), method, SHOP)).prepared
    RULES.check(Offer("gum", Money(1, "USD")), method)


def test_nothing_to_pay_has_a_name_of_its_own() -> None:
    with pytest.raises(NothingToPay, match="Complete the order without one"):
        Money(0)
    assert NothingToPay.slug == "nothing-to-pay"


def test_what_the_shop_named_stays_when_a_page_begins_again_without_it() -> None:
    shop = testing.shop(rules=RULES)
    offer = Offer("책", Money(9_000), Terms(channel="second", digital=True, max_instalments=3))
    first = shop.run(shop.checkout.begin("kim", "o-1", offer, Method.CARD, SHOP))
    page = Offer("책", Money(9_000))
    again = shop.run(shop.checkout.begin("kim", "o-1", page, Method.KAKAOPAY, Caller.buyer("kim")))
    assert again.merchant_id == first.merchant_id
    assert (again.method, again.terms) == (Method.KAKAOPAY, offer.terms)


def test_an_order_of_the_whole_shop_is_paid_once_whoever_pays() -> None:
    rules = Rules(one_payment_per_order=True)
    shop = testing.shop(rules=rules)
    guest = shop.run(shop.checkout.begin("guest-1", "o-1", Offer("책", Money(9_000)), Method.CARD, SHOP))
    member = shop.run(shop.checkout.begin("kim", "o-1", Offer("책", Money(9_000)), Method.CARD, SHOP))
    closed = shop.run(shop.store.payments.get(guest.merchant_id))
    assert (closed.status, closed.reason) == (Status.CANCELLED, Reason.OTHER_BUYER)
    for payment in (member, guest):
        shop.pay(payment)
        shop.run(shop.refresher.refresh(payment, "test"))
    assert shop.run(shop.store.payments.get(member.merchant_id)).status is Status.PAID
    second = shop.run(shop.store.payments.get(guest.merchant_id))
    assert [attempt.disposition for attempt in second.attempts] == [Disposition.DUPLICATE]
    with pytest.raises(AlreadyPaid):
        shop.run(shop.checkout.begin("lee", "o-1", Offer("책", Money(9_000)), Method.CARD, SHOP))


def test_orders_paid_twice_are_listed_whoever_the_buyers_are() -> None:
    shop = testing.shop()
    made = [
        shop.run(shop.checkout.begin(buyer, order, Offer("책", Money(9_000)), Method.CARD, SHOP))
        for buyer, order in (("guest", "o-1"), ("kim", "o-1"), ("kim", "o-2"))
    ]
    for payment in made:
        shop.pay(payment)
        shop.run(shop.refresher.refresh(payment, "test"))
    twice = shop.run(shop.store.payments.page(Filter(paid_twice=True), None, 10))
    assert {payment.merchant_id for payment in twice} == {made[0].merchant_id, made[1].merchant_id}
