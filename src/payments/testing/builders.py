"""Valid values for tests: each test names only what it is about, the rest is ordinary.

a_payment, a_report, an_attempt, a_deposit, a_refund_order   one value each; ids are fresh
paid, issued, with_refund                                    a payment some steps later in its life
fresh                                                        an id that no other test value has
"""

import itertools
import os
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from payments.domain.attempt import Attempt, Disposition
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.recording import Reading, apply_reports
from payments.domain.refunding import RefundOrder, request
from payments.domain.report import Deposit, Rank, Report
from payments.domain.values import GatewayId, MerchantId, Method, Mode, Offer, RefundId
from payments.testing.shop import NOON

BY: Final = "test"

_numbers = itertools.count(1)


def fresh(kind: str) -> str:
    """Return an id that no other test value has, also not in another process of the same test run."""
    return f"{kind}_{os.getpid()}_{next(_numbers)}"


def a_payment(
    *,
    merchant_id: str | None = None,
    buyer: str = "buyer-1",
    order: str | None = None,
    name: str = "멤버십 1년",
    amount: int = 12_000,
    currency: str = "KRW",
    method: Method = Method.CARD,
    mode: Mode = Mode.TEST,
    at: datetime = NOON,
    by: str = "buyer:buyer-1",
    **changes: Any,
) -> Payment:
    """Return a payment just begun, its first event in `new_events`; *changes* are set on it without an event."""
    offer = Offer(name, Money(amount, currency))
    named = MerchantId(merchant_id or fresh("m"))
    begun = Payment.begin(named, buyer, order or fresh("order"), offer, method, mode, at, by).announced()
    return attrs.evolve(begun, **changes)


def a_report(payment: Payment | None = None, *, gateway_id: str | None = None, **changes: Any) -> Report:
    """Return the report of an exact capture of *payment*, with *changes* to its fields."""
    payment = payment or a_payment()
    facts: dict[str, Any] = {
        "gateway_id": GatewayId(gateway_id or fresh("imp")),
        "merchant_id": payment.merchant_id,
        "rank": Rank.CAPTURED,
        "amount": payment.price,
        "mode": payment.mode,
        "method": "card",
    } | changes
    if facts["rank"] >= Rank.CAPTURED:
        facts.setdefault("captured_at", payment.created_at + timedelta(minutes=1))
    if facts["rank"] is Rank.CANCELLED:
        facts.setdefault("refunded", facts["amount"].minor)
    return Report(**facts)


def an_attempt(payment: Payment | None = None, *, disposition: Disposition | None = None, **report: Any) -> Attempt:
    """Return an attempt: an accepted capture, unless *disposition* or *report* say otherwise."""
    made = a_report(payment, **report)
    return Attempt(report=made, disposition=(disposition or Disposition.ACCEPTED) if made.is_capture else None)


def a_deposit(**changes: Any) -> Deposit:
    """Return a virtual account that waits three days for its money."""
    facts: dict[str, Any] = {"bank": "국민은행", "account": "123-45-678", "holder": "상점"}
    return Deposit(**{**facts, "due": NOON + timedelta(days=3), **changes})


def a_refund_order(**changes: Any) -> RefundOrder:
    """Return an order to refund all of the accepted capture."""
    return RefundOrder(**{"reason": "고객 요청"} | changes)


def paid(payment: Payment, at: datetime | None = None, **report: Any) -> Payment:
    """Return *payment* after an exact capture, a minute later; the events add to its `new_events`."""
    moment = at or payment.created_at + timedelta(minutes=1)
    return told(payment, a_report(payment, **report), at=moment)


def told(
    payment: Payment, *reports: Report, at: datetime = NOON, by: str = BY, stray_refund: str | None = None
) -> Payment:
    """Return *payment* after one look that showed *reports*; strays are held unless *stray_refund* names an id."""
    new_refund_id = None if stray_refund is None else (lambda: RefundId(stray_refund))
    return apply_reports(payment, Reading(reports=reports, at=at, by=by, new_refund_id=new_refund_id))


def issued(payment: Payment, at: datetime | None = None, **report: Any) -> Payment:
    """Return *payment* with a virtual account that waits for money."""
    facts = {"rank": Rank.READY, "deposit": a_deposit(), "method": "vbank"} | report
    return paid(payment, at, **facts)


def with_refund(payment: Payment, *, refund_id: str | None = None, at: datetime = NOON, **order: Any) -> Payment:
    """Return the paid *payment* with a refund asked for and still open."""
    return request(payment, a_refund_order(**order), RefundId(refund_id or fresh("r")), at, BY)
