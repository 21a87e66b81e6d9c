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


def bought(demo: Demo, name: str = "한 계절 멤버십") -> Bought:
    """Have a buyer pay at the sandbox, and record it."""
    service, order = demo.service, f"order-{secrets.token_hex(6)}"
    offer = Offer(name, Money(PRICE))
    payment = run(service.checkout.begin("customer@phone", order, offer, Method.CARD, SHOP))
    attempt = GatewayId(demo.sandbox.open_window(payment.merchant_id, PRICE, pay_method="card", name=name))
    demo.sandbox.approve(attempt)
    paid = run(service.checkout.complete(SHOP, payment.merchant_id, attempt)).payment
    assert paid.accepted
    return Bought(payment.merchant_id, attempt, str(demo.sandbox.payment(attempt).apply_num))
