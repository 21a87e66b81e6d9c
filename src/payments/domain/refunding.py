"""The pure half of refunds: what each step of giving money back makes of a payment.

request   the intent, with the remainder it was decided on; one open refund per capture
rebase    the remainder moved under an open refund (someone refunded in the console), and it still fits
refuse    the provider said no, or it no longer fits
doubt     it was sent and nobody can tell whether it was done
keep      an operator keeps a stray, and says why
"""

from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.domain.errors import RefundInProgress, RefundRefused
from payments.domain.money import whole
from payments.domain.payment import Attempt, Event, EventKind, Payment
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.values import GatewayId, RefundId

LONGEST_AT_WORK: Final = timedelta(minutes=10)
"""How long after a send without an answer a refusal is not believed: the first send may still be at work."""


@attrs.frozen(kw_only=True)
class RefundOrder:
    """What to give back: `amount` in minor units (None: all that is left) of the named capture (None: the accepted).

    `tax_free` and `vat` are parts of the amount, for shops with a mixed-tax contract; `account` is where the money of a
    virtual account goes.
    """

    reason: str
    amount: int | None = None
    gateway_id: GatewayId | None = None
    tax_free: int = 0
    vat: int | None = None
    account: BankAccount | None = None


def request(payment: Payment, order: RefundOrder, refund_id: RefundId, at: datetime, by: str) -> Payment:
    """Return the payment with a new open refund. Raises RefundRefused, RefundInProgress or BadInput."""
    attempt = payment.capture(order.gateway_id)
    remainder = attempt.report.remaining
    amount = remainder if order.amount is None else whole(order.amount, least=1, what="A refund")
    if payment.is_being_refunded(attempt.gateway_id):
        raise RefundInProgress("Another refund of this capture is still open. Wait until its outcome is known.")
    if not 0 < amount <= remainder:
        raise RefundRefused(f"{amount} cannot be refunded: {remainder} is left of this capture. Nothing was sent.")
    refund = Refund(
        id=refund_id,
        gateway_id=attempt.gateway_id,
        amount=amount,
        remainder=remainder,
        reason=order.reason,
        by=by,
        requested_at=at,
        tax_free=order.tax_free,
        vat=order.vat,
        account=order.account,
    )
    return _changed(payment, refund, EventKind.REFUND_REQUESTED, at, by, order.reason)


def refund_stray(payment: Payment, attempt: Attempt, refund_id: RefundId, at: datetime) -> Payment:
    """Return the payment with all that is left of a stray on its way back."""
    order = RefundOrder(reason=f"stray: {attempt.disposition}", gateway_id=attempt.gateway_id)
    return request(payment, order, refund_id, at, "policy").scheduled(at)


def rebase(payment: Payment, refund: Refund, at: datetime) -> Payment:
    """Return the payment with the refund based on today's remainder, or refused where it no longer fits."""
    remainder = payment.capture(refund.gateway_id).report.remaining
    if remainder < refund.amount:
        return refuse(payment, refund, at, "overtaken by another refund of the same capture")
    rebased = attrs.evolve(refund, remainder=remainder)
    return _changed(payment, rebased, EventKind.REFUND_REBASED, at, "gateway", f"remainder is {remainder}")


def refuse(payment: Payment, refund: Refund, at: datetime, failure: str) -> Payment:
    """Return the payment with the refund given up: nothing of it was or will be executed."""
    refused = attrs.evolve(refund, status=RefundStatus.REFUSED, failure=failure[:1000], outcome_unknown_since=None)
    return _changed(payment, refused, EventKind.REFUND_REFUSED, at, "gateway", failure[:1000])


def mark_outcome_unknown(payment: Payment, refund: Refund, at: datetime) -> Payment:
    """Return the payment knowing that the refund was sent without an answer: bookkeeping, not a change."""
    unsure = attrs.evolve(refund, outcome_unknown_since=refund.outcome_unknown_since or at)
    return attrs.evolve(payment, refunds=payment.with_refunds(unsure))


def hold_stray(payment: Payment, gateway_id: GatewayId, note: str, at: datetime, by: str) -> Payment:
    """Return the payment with a stray kept for the reason in *note*.

    Raises RefundRefused if it is no stray, and RefundInProgress while it is on its way back.
    """
    attempt = payment.capture(gateway_id)
    if not attempt.is_stray or not note.strip():
        raise RefundRefused("Only a stray capture can be kept, and only with a note that says why.")
    if payment.is_being_refunded(gateway_id):
        raise RefundInProgress("This capture is on its way back. Wait until the outcome is known.")
    kept = payment.with_attempt(attrs.evolve(attempt, note=note))
    event = Event(kind=EventKind.STRAY_HELD, at=at, by=by, gateway_id=gateway_id, reason=note)
    return payment.with_event(event, attempts=kept)


def _changed(payment: Payment, refund: Refund, kind: EventKind, at: datetime, by: str, reason: str) -> Payment:
    event = Event(
        kind=kind,
        at=at,
        by=by,
        gateway_id=refund.gateway_id,
        refund_id=refund.id,
        amount=refund.amount,
        reason=reason,
    )
    return payment.with_event(event, refunds=payment.with_refunds(refund))
