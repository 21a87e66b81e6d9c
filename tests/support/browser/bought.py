"""bought: a paid payment of the demo, made without a browser where a test is about what comes after it."""

import secrets
from typing import Final, NamedTuple

from payments.domain.money import Money
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.demo import Demo

SHOP: Final = Caller.shop("test")
PRICE: Final = 33_000


class Bought(NamedTuple):
    """A payment of 33,000 won by card; its attempt's approval number is what a customer reads out."""

    merchant_id: MerchantId
    attempt: GatewayId
    approval: str


def opened(demo: Demo, name: str = "한 계절 멤버십") -> Bought:
    """Begin a payment, and open its window at the sandbox; there is no approval number yet."""
    offer, order = Offer(name, Money(PRICE)), f"order-{secrets.token_hex(6)}"
    payment = run(demo.service.checkout.begin("customer@phone", order, offer, Method.CARD, SHOP))
    attempt = GatewayId(demo.sandbox.open_window(payment.merchant_id, PRICE, pay_method="card", name=name))
    return Bought(payment.merchant_id, attempt, "")


def bought(demo: Demo, name: str = "한 계절 멤버십") -> Bought:
    """Have a buyer pay at the sandbox, and record it."""
    merchant_id, attempt, _ = opened(demo, name)
    demo.sandbox.approve(attempt)
    assert run(demo.service.checkout.complete(SHOP, merchant_id, attempt)).payment.accepted
    return Bought(merchant_id, attempt, str(demo.sandbox.payment(attempt).apply_num))
