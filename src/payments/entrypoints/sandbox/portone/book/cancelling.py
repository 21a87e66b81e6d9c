"""Cancelling by V2: pure rules from a payment and a request to the payment after it, or to a refusal."""

import attrs

from payments.entrypoints.sandbox.payments.portone import PortOneCancellation, PortOneFacts
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancel_request import PortOneCancel
from payments.entrypoints.sandbox.portone.book.limits import cancel_refusal
from payments.entrypoints.sandbox.portone.book.minor import major, minor, tax_free_of, total_of, vat_in, vat_of
from payments.entrypoints.sandbox.portone.errors import refused, refused_by_pg
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses

IN_WHOLE_ONLY = ("GIFT_CERTIFICATE",)


@attrs.frozen
class Parts:
    """An amount with its tax-free part and its tax, in minor units."""

    total: int
    tax_free: int
    vat: int


def facts_of(row: PaymentRow) -> PortOneFacts:
    """Return the V2 part of a payment; that of a V1 payment is empty."""
    return row.hidden.portone or PortOneFacts(channel_key="", channel_name="")


def remaining(row: PaymentRow, guesses: PortOneGuesses) -> int:
    """Return what can still be cancelled, in minor units."""
    open_ones = facts_of(row).cancelling() if guesses.requested_cancel == "lowers" else 0
    return minor(row.remaining, row.currency) - open_ones


def requested(
    row: PaymentRow, request: PortOneCancel, now: int, cancellation_id: str, guesses: PortOneGuesses
) -> PortOneCancellation:
    """Return the cancellation that *request* asks for, not done yet. Raises CallRefused."""
    _check_state(row)
    left = remaining(row, guesses)
    if request.cancellable is not None and request.cancellable != left:
        raise refused("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
    parts = _parts(row, request, left, guesses)
    if parts.total <= 0 or min(parts.tax_free, parts.vat) < 0:
        raise refused("INVALID_REQUEST", "amount: a positive number of minor units")
    if parts.total > left:
        raise refused("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")
    if parts.tax_free + parts.vat > parts.total:
        raise refused("SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT")
    if request.trigger == "API":
        _check_tax(row, parts, guesses)
        _check_at_pg(row, request, parts, now, guesses)
    return PortOneCancellation(
        id=cancellation_id,
        status="REQUESTED",
        total=parts.total,
        tax_free=parts.tax_free,
        vat=parts.vat,
        reason=request.reason,
        requested_at=now,
        trigger=request.trigger,
        skip_webhook=request.skip_webhook,
    )


def _check_state(row: PaymentRow) -> None:
    if row.status == "cancelled" and (row.remaining == 0 or not row.paid_at):
        raise refused("PAYMENT_ALREADY_CANCELLED")
    if row.status not in ("paid", "cancelled"):
        raise refused("PAYMENT_NOT_PAID")


def _parts(row: PaymentRow, request: PortOneCancel, left: int, guesses: PortOneGuesses) -> Parts:
    total = left if request.amount is None else request.amount
    tax_free = request.tax_free
    if tax_free is None:
        tax_free = min(_left(row, guesses).tax_free, total) if request.trigger != "API" else 0
    vat = vat_in(max(total - tax_free, 0)) if request.vat is None else request.vat
    return Parts(total, tax_free, vat)


def _left(row: PaymentRow, guesses: PortOneGuesses) -> Parts:
    """Return what is left of each part after the cancels that count."""
    counts = ("SUCCEEDED", "REQUESTED") if guesses.requested_cancel == "lowers" else ("SUCCEEDED",)
    counted = [entry for entry in facts_of(row).cancellations if entry.status in counts]
    return Parts(
        total_of(row) - sum(entry.total for entry in counted),
        tax_free_of(row) - sum(entry.tax_free for entry in counted),
        vat_of(row) - sum(entry.vat for entry in counted),
    )


def _check_tax(row: PaymentRow, parts: Parts, guesses: PortOneGuesses) -> None:
    left = _left(row, guesses)
    if parts.tax_free > left.tax_free:
        raise refused("CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT")
    taxable = parts.total - parts.tax_free > left.total - left.tax_free
    if guesses.cancel_tax == "checked" and taxable:
        raise refused("CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT")


def _check_at_pg(row: PaymentRow, request: PortOneCancel, parts: Parts, now: int, guesses: PortOneGuesses) -> None:
    if row.vbank_num and not request.to_account:
        if guesses.refund_account == "INVALID_REQUEST":
            raise refused("INVALID_REQUEST", "refundAccount: required of a virtual account")
        raise refused_by_pg("REFUND_ACCOUNT_REQUIRED", "환불 계좌 정보가 필요합니다.")
    if parts.total < total_of(row) and facts_of(row).pay_method in IN_WHOLE_ONLY:
        raise refused_by_pg("NOT_AVAILABLE_PARTIAL_CANCEL", "부분취소가 불가능한 결제건입니다.")
    if guesses.pg_limits == "kept" and (why := cancel_refusal(row, request, parts.total, now)):
        raise refused_by_pg(guesses.limit_pg_code, guesses.limit_text.format(why))


def refuses(row: PaymentRow) -> str:
    """Return why the PG will not cancel the payment any more; '' if it will."""
    return "이미 취소된 결제입니다." if row.hidden.cancelled_at_pg else ""


def with_cancellation(row: PaymentRow, entry: PortOneCancellation) -> PaymentRow:
    """Return *row* with *entry* in the place of the one with its id, or behind all others."""
    facts = facts_of(row)
    known = [other for other in facts.cancellations if other.id != entry.id]
    at = next((index for index, other in enumerate(facts.cancellations) if other.id == entry.id), len(known))
    entries = (*known[:at], entry, *known[at:])
    return attrs.evolve(row, hidden=attrs.evolve(row.hidden, portone=attrs.evolve(facts, cancellations=tuple(entries))))


def done(row: PaymentRow, entry: PortOneCancellation, now: int) -> PaymentRow:
    """Return *row* after *entry* was carried out."""
    finished = attrs.evolve(entry, status="SUCCEEDED", cancelled_at=now)
    return with_cancellation(row, finished).with_status(
        "cancelled",
        now,
        cancel_amount=row.cancel_amount + major(entry.total, row.currency),
        cancelled_at=now,
        cancel_reason=entry.reason,
        hidden=with_cancellation(row, finished).hidden,
    )


def failed(row: PaymentRow, entry: PortOneCancellation) -> PaymentRow:
    """Return *row* after *entry* was refused: nothing has moved."""
    return with_cancellation(row, attrs.evolve(entry, status="FAILED"))
