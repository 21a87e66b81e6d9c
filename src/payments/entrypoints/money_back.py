"""What of a payment's money went back to the buyer, or is on its way: its refunds, and strays."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from payments.domain.attempt import Attempt, Disposition
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus


class RefundView(Struct, kw_only=True):
    """One refund. Its status is `open` until the provider's answer is known; `failure` is why it was refused.

    It was executed at `done_at`. `outside` was given back elsewhere; `questioned` and `merged` do not count beside what
    the provider reports.
    """

    id: str
    gateway_id: str
    status: RefundStatus
    amount: int
    currency: str
    tax_free: int | None
    vat: int | None
    reason: str
    failure: str
    by: str
    requested_at: datetime
    accepted_at: datetime | None
    done_at: datetime | None
    provider_id: str
    awaits_approval: bool  # by another API key or operator; nothing was sent yet


class RefundsView(Struct, kw_only=True):
    """A payment's refunds, oldest first. Those made in the provider's console are by `external`."""

    refunds: list[RefundView]


class StrayMoneyView(Struct, kw_only=True):
    """Money of the buyer that does not pay for the payment: it came late, twice, or in another amount.

    `state`: `refunding` (on its way back), `refunded` at `refunded_at`, or `held` until the shop decides.
    """

    disposition: Disposition
    state: Literal["refunding", "refunded", "held"]
    amount: int
    currency: str
    refunded: int
    outside: int
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
        "refunded" if attempt.left == 0 else "refunding" if refunding(payment, attempt) else "held"
    )
    return StrayMoneyView(
        disposition=attempt.disposition,
        state=back,
        amount=report.amount.minor,
        currency=report.amount.currency,
        refunded=report.refunded,
        outside=attempt.outside,
        captured_at=report.captured_at,
        refunded_at=payment.refunded_at(attempt),
    )


def refund_view(payment: Payment, refund: Refund) -> RefundView:
    """Return one refund of *payment*."""
    return RefundView(
        id=refund.id,
        gateway_id=refund.gateway_id,
        status=refund.status,
        amount=refund.amount,
        currency=payment.capture(refund.gateway_id).report.amount.currency,
        tax_free=refund.tax_free,
        vat=refund.vat,
        reason=refund.reason,
        failure=refund.failure,
        by=refund.by,
        requested_at=refund.requested_at,
        accepted_at=refund.accepted_at,
        done_at=refund.done_at,
        provider_id=refund.provider_id,
        awaits_approval=refund.awaits_approval,
    )
