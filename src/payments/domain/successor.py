"""What every store insists on, whatever it is made of: a payment or an orphan is followed only by its own successor.

The use cases never break these rules. A store that let a violation through would lose money silently.
"""

from collections.abc import Mapping
from typing import Final

from payments.domain.attempt import Disposition
from payments.domain.machine import TRANSITIONS, Status
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus


def check_successor(before: Payment | None, after: Payment) -> None:
    """Raise ValueError unless *after* may be stored over *before* (None: as a new payment).

    Its new events must number every change since without a gap, and each must follow the table. No attempt or refund
    may be missing. Knowledge of money must not go backwards, and a disposition never changes. At most one capture is
    accepted, each capture has at most one open refund, and refunds never exceed a capture.
    """
    known = before.version if before else 0
    if [entry.version for entry in after.new_events] != list(range(known + 1, after.version + 1)):
        raise ValueError(f"The new events of payment {after.merchant_id} are not its changes since version {known}.")
    _check_moves(before.status if before else Status.AWAITING, after)
    names = {(attempt.report.provider, attempt.report.merchant_id) for attempt in after.attempts}
    if names - {(after.provider, after.merchant_id)}:
        raise ValueError(f"Payment {after.merchant_id} has an attempt at another payment.")
    if sum(attempt.disposition is Disposition.ACCEPTED for attempt in after.attempts) > 1:
        raise ValueError(f"Payment {after.merchant_id} cannot accept two captures.")
    _check_refunds(after)
    if before is not None:
        _check_same(before, after)
        _check_knowledge(before, after)


def check_orphan(before: Orphan | None, after: Orphan) -> None:
    """Raise ValueError unless *after* may be stored over *before* (None: as a new orphan).

    Its new events must number every change since without a gap, it stays the same capture, and knowledge of money must
    not go backwards.
    """
    known = before.version if before else 0
    if [entry.version for entry in after.new_events] != list(range(known + 1, after.version + 1)):
        raise ValueError(f"The new events of orphan {after.gateway_id} are not its changes since version {known}.")
    if not after.report.is_capture:
        raise ValueError(f"Orphan {after.gateway_id} took no money.")
    if before is None:
        return
    if (before.provider, before.gateway_id, before.report.merchant_id, before.found_at) != (
        after.provider,
        after.gateway_id,
        after.report.merchant_id,
        after.found_at,
    ):
        raise ValueError(f"Orphan {before.gateway_id} cannot become another one.")
    if after.report.is_behind(before.report):
        raise ValueError(f"What is known of {after.gateway_id} cannot go backwards.")


def _check_moves(status: Status, after: Payment) -> None:
    for entry in after.new_events:
        if entry.status is not status and entry.status not in TRANSITIONS[status].values():
            raise ValueError(f"Payment {after.merchant_id} cannot go from {status} to {entry.status}.")
        status = entry.status
    if after.status is not status:
        raise ValueError(f"Payment {after.merchant_id} is {after.status}, and no event says so.")


def _check_refunds(after: Payment) -> None:
    opened = [refund.gateway_id for refund in after.open_refunds]
    if len(opened) > len(set(opened)):
        raise ValueError(f"Payment {after.merchant_id} cannot have two open refunds of one capture.")
    for attempt in after.attempts:
        mine = [refund for refund in after.refunds if refund.gateway_id == attempt.gateway_id]
        done = sum(refund.amount for refund in mine if refund.status is RefundStatus.DONE)
        pending = sum(refund.amount for refund in mine if refund.is_open)
        if done != attempt.report.refunded or pending > attempt.left:
            raise ValueError(f"The refunds of {attempt.gateway_id} do not fit what the provider reports of it.")
        if sum(refund.amount for refund in mine if refund.status is RefundStatus.OUTSIDE) != attempt.outside:
            raise ValueError(f"What was given back elsewhere of {attempt.gateway_id} is not the sum of its records.")


def _check_same(before: Payment, after: Payment) -> None:
    if _identity(before) != _identity(after):
        raise ValueError(f"Payment {before.merchant_id} cannot become another one.")
    attempts = {attempt.gateway_id for attempt in before.attempts} - {attempt.gateway_id for attempt in after.attempts}
    refunds = {refund.id for refund in before.refunds} - {refund.id for refund in after.refunds}
    if attempts or refunds:
        raise ValueError(f"Payment {before.merchant_id} cannot lose an attempt or a refund.")


def _check_knowledge(before: Payment, after: Payment) -> None:
    for known in before.attempts:
        now = next(attempt for attempt in after.attempts if attempt.gateway_id == known.gateway_id)
        if now.report.is_behind(known.report):
            raise ValueError(f"What is known of {known.gateway_id} cannot go backwards.")
        if known.disposition not in (None, now.disposition):
            raise ValueError(f"The disposition of {known.gateway_id} cannot change.")
    for refund in before.refunds:
        _check_refund(refund, after.refund(refund.id))


def _check_refund(before: Refund, after: Refund) -> None:
    if after.status not in _MAY_BECOME[before.status] or after.sends < before.sends or after.amount != before.amount:
        raise ValueError(f"Refund {before.id} cannot go from {before.status} to {after.status}.")


_MAY_BECOME: Final[Mapping[RefundStatus, frozenset[RefundStatus]]] = {
    RefundStatus.OPEN: frozenset({RefundStatus.OPEN, RefundStatus.DONE, RefundStatus.REFUSED}),
    RefundStatus.REFUSED: frozenset({RefundStatus.REFUSED, RefundStatus.DONE}),  # a provider slower than we may assume
    RefundStatus.DONE: frozenset({RefundStatus.DONE}),
    RefundStatus.OUTSIDE: frozenset({RefundStatus.OUTSIDE, RefundStatus.QUESTIONED, RefundStatus.MERGED}),
    RefundStatus.QUESTIONED: frozenset({RefundStatus.QUESTIONED, RefundStatus.OUTSIDE, RefundStatus.MERGED}),
    RefundStatus.MERGED: frozenset({RefundStatus.MERGED}),
}


def _identity(payment: Payment) -> tuple[object, ...]:
    return (
        payment.merchant_id,
        payment.provider,
        payment.buyer,
        payment.order,
        payment.price,
        payment.terms.parts,
        payment.mode,
        payment.created_at,
    )
