"""What every store insists on, whatever keeps its rows: a payment is followed only by its own next self.

A use case never breaks these rules; a store that let a broken one through would lose money without a word.
"""

from payments.domain.payment import Disposition, Payment


def check_successor(before: Payment | None, after: Payment) -> None:
    """Raise ValueError unless *after* may be stored over *before* (None: over nothing).

    Its new events must number every change since without a gap, no attempt or refund may be missing, every attempt must
    carry this payment's own id, at most one capture may be accepted, and each capture may have one open refund.
    """
    known = before.version if before else 0
    if [entry.version for entry in after.new_events] != list(range(known + 1, after.version + 1)):
        raise ValueError(f"The new_events of payment {after.merchant_id} are not its changes since version {known}.")
    if any(attempt.report.merchant_id != after.merchant_id for attempt in after.attempts):
        raise ValueError(f"Payment {after.merchant_id} carries an attempt at another payment.")
    if sum(attempt.disposition is Disposition.ACCEPTED for attempt in after.attempts) > 1:
        raise ValueError(f"Payment {after.merchant_id} cannot accept two captures.")
    opened = [refund.gateway_id for refund in after.open_refunds]
    if len(opened) > len(set(opened)):
        raise ValueError(f"Payment {after.merchant_id} cannot have two open refunds of one capture.")
    if before is not None:
        _check_same(before, after)


def _check_same(before: Payment, after: Payment) -> None:
    if _identity(before) != _identity(after):
        raise ValueError(f"Payment {before.merchant_id} cannot become another one.")
    attempts = {attempt.gateway_id for attempt in before.attempts} - {attempt.gateway_id for attempt in after.attempts}
    refunds = {refund.id for refund in before.refunds} - {refund.id for refund in after.refunds}
    if attempts or refunds:
        raise ValueError(f"Payment {before.merchant_id} cannot forget an attempt or a refund.")


def _identity(payment: Payment) -> tuple[object, ...]:
    return (payment.merchant_id, payment.buyer, payment.order, payment.price, payment.mode, payment.created_at)
