"""Payments whose capture shrinks, for tests of whose refund it was."""

import attrs
from builders import NOON, a_payment, paid, told, with_refund

from payments.domain.payment import Payment
from payments.domain.refunding import begin_send
from payments.domain.report import Rank, ReportedRefund
from payments.domain.values import GatewayId, RefundId

WON = 1000
CONSOLE = "관리자페이지취소"


def a_paid_payment() -> Payment:
    return paid(a_payment(amount=WON), gateway_id="imp_a")


def asked(payment: Payment, amount: int, name: str = "r1") -> Payment:
    return with_refund(payment, refund_id=name, amount=amount)


def sent(payment: Payment, amount: int, name: str = "r1") -> Payment:
    """Return *payment* with a refund that was handed to the provider, whose answer is not known."""
    payment = asked(payment, amount, name)
    return begin_send(payment, payment.refund(RefundId(name)), NOON)


def entry(amount: int, reason: str = "", provider_id: str = "") -> ReportedRefund:
    return ReportedRefund(provider_id=provider_id, amount=amount, reason=reason)


def shrunk(payment: Payment, *history: ReportedRefund, refunded: int | None = None) -> Payment:
    """Return *payment* after the provider reports that much of its capture gone, with this history."""
    known = payment.attempt(GatewayId("imp_a"))
    assert known
    gone = sum(r.amount for r in history) if refunded is None else refunded
    rank = Rank.CANCELLED if gone == WON else Rank.CAPTURED
    report = attrs.evolve(known.report, rank=rank, refunded=gone, refunds=tuple(history))
    return told(payment, report)


def books(payment: Payment) -> list[tuple[str, int, str]]:
    return [(r.by, r.amount, r.status.value) for r in payment.refunds]
