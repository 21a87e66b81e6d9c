"""For your tests: a wired shop on memory, with a provider and a clock that a test controls. It needs attrs alone.

    from payments import Caller, Method, Money, Offer, testing

    shop = testing.shop()
    gold = Offer("Gold membership", Money(12_000))
    payment = shop.run(shop.checkout.begin("kim", "order-1", gold, Method.CARD, Caller.shop("web")))

shop, Shop                a shop with nothing in it yet; `run` drives a use case to its end
ManualClock, NumberedIds  time that stands still until a test moves it, and ids in a row
NOON                      the moment at which a shop's clock starts
a_payment, a_report, …    valid values for tests of your own adapters: see payments.testing.builders
"""

from payments.testing.builders import (
    a_deposit,
    a_payment,
    a_refund_order,
    a_report,
    an_attempt,
    issued,
    paid,
    with_refund,
)
from payments.testing.shop import NOON, ManualClock, NumberedIds, Shop, shop

__all__ = [
    "NOON",
    "ManualClock",
    "NumberedIds",
    "Shop",
    "a_deposit",
    "a_payment",
    "a_refund_order",
    "a_report",
    "an_attempt",
    "issued",
    "paid",
    "shop",
    "with_refund",
]
