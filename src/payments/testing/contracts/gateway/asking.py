"""What the laws of a gateway ask it: an attempt is named by both of its ids."""

from typing import Any

from payments.domain.money import Money
from payments.domain.refund import BankAccount, Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId, RefundId
from payments.entrypoints.blocking import run
from payments.testing import NOON
from payments.testing.contracts.gateway.provider import Provider

WON, MORE = Money(1000), Money(2000)

ACCOUNT = BankAccount(bank="088", number="110-123-456789", holder="홍길동")


UNKNOWN = GatewayId("imp_000000000000")


def named(provider: Provider, gateway_id: GatewayId) -> MerchantId:
    return provider.opened.get(gateway_id, MerchantId("nobody"))


def refunded(provider: Provider, refund: Refund, currency: str = "KRW") -> Report:
    return run(provider.gateway.refund(refund, currency, named(provider, refund.gateway_id)))


def revoked(provider: Provider, gateway_id: GatewayId) -> Report:
    return run(provider.gateway.revoke(gateway_id, named(provider, gateway_id)))


def found(provider: Provider, gateway_id: GatewayId) -> Report:
    report = run(provider.gateway.find(gateway_id, named(provider, gateway_id)))
    assert report is not None
    return report


def a_refund(gateway_id: GatewayId, amount: int, remainder: int, **changes: Any) -> Refund:
    facts: dict[str, Any] = {"id": RefundId(f"r_{amount}_{remainder}"), "by": "shop:x", "requested_at": NOON}
    return Refund(gateway_id=gateway_id, amount=amount, remainder=remainder, **facts | changes)


def paid(provider: Provider, merchant_id: str, price: Money = WON) -> GatewayId:
    gateway_id = provider.open(merchant_id, price)
    provider.approve(gateway_id)
    return gateway_id
