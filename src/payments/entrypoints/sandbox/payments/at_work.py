"""Cancels that take long: pure rules from a payment to the payment while, and after, one is executed."""

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.cancel_request import CancelAtWork, CancelRequest
from payments.entrypoints.sandbox.payments.cancelling import cancelled
from payments.entrypoints.sandbox.payments.row import PaymentRow


def check_at_work(row: PaymentRow, guesses: Guesses) -> None:
    """Raise CallRefused if another cancel of *row* is being executed, unless the guess is that nobody checks."""
    if row.hidden.at_work and guesses.cancel_at_work == "refused":
        raise CallRefused(Refusal(200, -1, guesses.cancel_at_work_text))


def taken_on(row: PaymentRow, request: CancelRequest, at: int, guesses: Guesses) -> PaymentRow:
    """Return *row* with a cancel that is executed at *at*. Raises CallRefused, as an immediate one does."""
    cancelled(row, request, at, "", guesses)
    fixed = attrs.evolve(request, imp_uid=row.imp_uid, amount=request.amount or row.remaining)
    return _with(row, (*row.hidden.at_work, CancelAtWork(at=at, request=fixed)))


def executed(row: PaymentRow, work: CancelAtWork, now: int, cancellation_id: str, guesses: Guesses) -> PaymentRow:
    """Return *row* after a cancel that was at work. One that no longer fits moves nothing."""
    request = attrs.evolve(work.request, checksum=None)
    try:
        after = cancelled(row, request, now, cancellation_id, guesses)
    except CallRefused:
        after = row
    return _with(after, tuple(other for other in row.hidden.at_work if other is not work))


def _with(row: PaymentRow, at_work: tuple[CancelAtWork, ...]) -> PaymentRow:
    return attrs.evolve(row, hidden=attrs.evolve(row.hidden, at_work=at_work))
