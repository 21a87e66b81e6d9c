"""learn: the only door by which knowledge of money enters. A pure function of (payment with its attempts, report).

A report is joined with what is known of its attempt; whatever that adds is told as one event each: opened, a
deposit issued, declined, captured or strayed, refunded. Nothing new returns the very same payment.
"""

from datetime import datetime

import attrs

from payments.domain.machine import Status, Trigger
from payments.domain.payment import Attempt, Disposition, Event, EventKind, Payment
from payments.domain.refund import Refund, attribute
from payments.domain.refunding import refund_stray, refuse
from payments.domain.report import Rank, Report
from payments.domain.values import Method, Offer, RefundId

MISMATCH = "amount_mismatch"


def apply_report(
    payment: Payment, report: Report, *, at: datetime, by: str, refund_strays_as: RefundId | None
) -> Payment:
    """Return what *report* makes of the payment.

    *by* names who brought the report, for the timeline. A stray is refunded under the id *refund_strays_as*, or held
    for the operator where that is None. Raises ContractViolation where the report contradicts an earlier one.
    """
    known = payment.attempt(report.gateway_id)
    before = known.report if known else None
    joined = before.joined(report) if before else report
    if joined == before:
        return payment
    attempt = attrs.evolve(known, report=joined) if known else Attempt(report=joined)
    if joined.is_capture and not (before and before.is_capture):
        payment = _captured(payment, attempt, at, by)
        payment = _refunded(payment, joined, joined.refunded, at, by)
        return _given_back(payment, report, refund_strays_as, at)
    if before and joined.refunded > before.refunded:
        payment = attrs.evolve(payment, attempts=payment.with_attempt(attempt))
        payment = _refunded(payment, joined, joined.refunded - before.refunded, at, by)
        return _given_back(payment, report, refund_strays_as, at)  # the rest, where another refund outran ours
    return _noted(payment, attempt, before, at, by)


def disposition(payment: Payment, report: Report) -> Disposition:
    """Decide what a new capture is: only an exact one, of a payment still open for money, is accepted."""
    exact = (payment.merchant_id, payment.price, payment.mode) == (report.merchant_id, report.amount, report.mode)
    if not exact:
        return Disposition.MISMATCH
    if payment.accepted:
        return Disposition.DUPLICATE
    return Disposition.LATE if payment.status is Status.CANCELLED else Disposition.ACCEPTED


def orphan(report: Report, at: datetime, by: str) -> Payment:
    """Return the record of a capture that nobody here began: closed at once, and held for the operator."""
    offer = Offer("", report.amount)
    born = Payment.begin(report.merchant_id, "", "", offer, Method.CARD, report.mode, at, by)
    shut = born.closed(at, by, "orphan")
    attempt = Attempt(report=report, disposition=Disposition.ORPHAN)
    strayed = _strayed(shut, attempt, at, by)
    return _refunded(strayed, report, report.refunded, at, by)


def _captured(payment: Payment, attempt: Attempt, at: datetime, by: str) -> Payment:
    attempt = attrs.evolve(attempt, disposition=_orphaned(payment) or disposition(payment, attempt.report))
    if attempt.disposition is not Disposition.ACCEPTED:
        return _strayed(payment, attempt, at, by)
    event = _about(EventKind.CAPTURED, attempt.report, at, by)
    return payment.after(Trigger.CAPTURED, event, attempts=payment.with_attempt(attempt))


def _orphaned(payment: Payment) -> Disposition | None:
    return Disposition.ORPHAN if any(a.disposition is Disposition.ORPHAN for a in payment.attempts) else None


def _strayed(payment: Payment, attempt: Attempt, at: datetime, by: str) -> Payment:
    attempts = payment.with_attempt(attempt)
    event = attrs.evolve(_about(EventKind.STRAYED, attempt.report, at, by), reason=str(attempt.disposition))
    if attempt.disposition is Disposition.MISMATCH and payment.is_payable:
        return payment.after(Trigger.DECLINED, event, attempts=attempts, reason=MISMATCH)
    return payment.with_event(event, attempts=attempts)


def _given_back(payment: Payment, report: Report, refund_strays_as: RefundId | None, at: datetime) -> Payment:
    attempt = payment.attempt(report.gateway_id)
    if refund_strays_as is None or attempt is None or not attempt.is_open_stray:
        return payment
    if attempt.disposition is Disposition.ORPHAN:
        return payment  # it may be another system's money: a person decides
    if payment.is_being_refunded(attempt.gateway_id):
        return payment
    return refund_stray(payment, attempt, refund_strays_as, at)


def _refunded(payment: Payment, report: Report, grown: int, at: datetime, by: str) -> Payment:
    """Tell of every refund that *grown* minor units are made of, then give up those that no longer fit."""
    found = attribute(payment.refunds, report.gateway_id, report.refunds, grown, at)
    for refund in found:
        in_full = report.remaining == 0 and refund is found[-1]
        payment = _one_refunded(payment, report, refund, at, by, in_full=in_full)
    for refund in payment.open_refunds:
        if refund.gateway_id == report.gateway_id and refund.amount > report.remaining:
            payment = refuse(payment, refund, at, "overtaken by another refund of the same capture")
    return payment


def _one_refunded(payment: Payment, report: Report, refund: Refund, at: datetime, by: str, *, in_full: bool) -> Payment:
    event = attrs.evolve(
        _about(EventKind.REFUNDED, report, at, by),
        refund_id=refund.id,
        amount=refund.amount,
        reason=refund.reason or "refunded",
    )
    refunds = payment.with_refunds(refund)
    accepted = payment.accepted
    if in_full and accepted and accepted.gateway_id == report.gateway_id:
        return payment.after(Trigger.REFUNDED, event, refunds=refunds, reason="refunded")
    return payment.with_event(event, refunds=refunds)


def _noted(payment: Payment, attempt: Attempt, before: Report | None, at: datetime, by: str) -> Payment:
    """Tell of an attempt that moved without money: opened, waiting for a deposit, declined, or merely better known."""
    report, attempts = attempt.report, payment.with_attempt(attempt)
    if report.rank is Rank.DECLINED and (before is None or before.rank < Rank.DECLINED):
        event = attrs.evolve(_about(EventKind.DECLINED, report, at, by), reason=_refusal(report))
        if all(a.report.rank is Rank.DECLINED for a in attempts):
            return payment.after(Trigger.DECLINED, event, attempts=attempts)
        return payment.with_event(event, attempts=attempts)
    reason = _better_known(payment.reason, report, before)
    return payment.with_event(_about(_kind(report, before), report, at, by), attempts=attempts, reason=reason)


def _better_known(reason: str, report: Report, before: Report | None) -> str:
    """Return why the payment failed: where that is this attempt's refusal, it follows the higher report of it."""
    is_refusal = before is not None and before.rank is Rank.DECLINED and reason == _refusal(before)
    return _refusal(report) if is_refusal else reason


def _refusal(report: Report) -> str:
    return report.reason or "declined"


def _kind(report: Report, before: Report | None) -> EventKind:
    if report.deposit and not (before and before.deposit):
        return EventKind.DEPOSIT_ISSUED
    return EventKind.ATTEMPT_UPDATED if before else EventKind.ATTEMPT_OPENED


def _about(kind: EventKind, report: Report, at: datetime, by: str) -> Event:
    return Event(kind=kind, at=at, by=by, gateway_id=report.gateway_id, amount=report.amount.minor)
