"""How money without an order is shown as JSON: strays, which belong to a payment, and orphans, which belong to none."""

from datetime import datetime

from msgspec import Struct

from payments.domain.attempt import Disposition
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import Mode


class StrayView(Struct, kw_only=True):
    """A capture that does not count as payment, and is neither refunded nor held yet."""

    merchant_id: str
    gateway_id: str
    disposition: Disposition
    amount: int
    remaining: int
    currency: str
    buyer: str
    order: str
    captured_at: datetime | None
    open_refund: bool


class StraysView(Struct, kw_only=True, omit_defaults=True):
    """Strays, by payment, newest first."""

    strays: list[StrayView]
    next: str | None = None


class OrphanView(Struct, kw_only=True):
    """A capture under our prefix without a payment here. It is held; an operator decides in the provider's console."""

    merchant_id: str
    provider: str
    gateway_id: str
    amount: int
    remaining: int
    currency: str
    mode: Mode
    captured_at: datetime | None
    found_at: datetime
    note: str


class OrphansView(Struct, kw_only=True, omit_defaults=True):
    """Orphans that nobody has decided about, the latest found first."""

    orphans: list[OrphanView]
    next: str | None = None


def stray_views(payment: Payment) -> list[StrayView]:
    """Return the strays of *payment* that are neither refunded nor held."""
    with_open_refund = {refund.gateway_id for refund in payment.open_refunds}
    return [
        StrayView(
            merchant_id=payment.merchant_id,
            gateway_id=attempt.gateway_id,
            disposition=attempt.disposition,
            amount=attempt.report.amount.minor,
            remaining=attempt.left,
            currency=attempt.report.amount.currency,
            buyer=payment.buyer,
            order=payment.order,
            captured_at=attempt.report.captured_at,
            open_refund=attempt.gateway_id in with_open_refund,
        )
        for attempt in payment.attempts
        if attempt.is_open_stray and attempt.disposition is not None
    ]


def orphan_view(orphan: Orphan) -> OrphanView:
    """Return one orphan."""
    report = orphan.report
    return OrphanView(
        merchant_id=report.merchant_id,
        provider=report.provider,
        gateway_id=report.gateway_id,
        amount=report.amount.minor,
        remaining=report.remaining,
        currency=report.amount.currency,
        mode=report.mode,
        captured_at=report.captured_at,
        found_at=orphan.found_at,
        note=orphan.note,
    )
