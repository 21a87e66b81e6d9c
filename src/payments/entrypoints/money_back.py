"""What of a payment's money went back to the buyer, or is on its way: refunds of the payment, and strays."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from payments.domain.attempt import Attempt, Disposition
from payments.domain.payment import Payment


class StrayMoneyView(Struct, kw_only=True):
    """Money of the buyer that does not pay for the payment: it came late, twice, or in another amount.

    `state`: `refunding` (on its way back), `refunded` at `refunded_at`, or `held` until the shop decides.
    """

    disposition: Disposition
    state: Literal["refunding", "refunded", "held"]
    amount: int
    currency: str
    refunded: int
    captured_at: datetime | None
    refunded_at: datetime | None


def strays_of(payment: Payment) -> list[StrayMoneyView]:
    """Return the strays of a payment that are money; test money in a live shop is none."""
    return [_stray(payment, one) for one in payment.attempts if one.is_stray and one.counts_as_money]


def refunding(payment: Payment, attempt: Attempt | None) -> int:
    """Return how much of a capture is on its way back, in minor units."""
    refund = payment.open_refund_of(attempt.gateway_id) if attempt else None
    return refund.amount if refund else 0


def _stray(payment: Payment, attempt: Attempt) -> StrayMoneyView:
    report = attempt.report
    assert attempt.disposition  # noqa: S101 - a stray has one
    back: Literal["refunding", "refunded", "held"] = (
        "refunded" if report.remaining == 0 else "refunding" if refunding(payment, attempt) else "held"
    )
    return StrayMoneyView(
        disposition=attempt.disposition,
        state=back,
        amount=report.amount.minor,
        currency=report.amount.currency,
        refunded=report.refunded,
        captured_at=report.captured_at,
        refunded_at=payment.refunded_at(attempt),
    )
