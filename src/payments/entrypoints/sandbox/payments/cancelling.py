"""Cancelling: a pure rule from a payment and a request to the payment after it, or to a refusal."""

from decimal import Decimal
from typing import Final

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.messages import (
    NOTHING_TO_CANCEL,
    PG_ALREADY_CANCELLED,
    PG_CANCEL_TOO_MUCH,
    PG_CANCEL_TOO_MUCH_KAKAOPAY,
    PG_REFUSED_CANCEL,
    WHOLLY_CANCELLED,
)
from payments.entrypoints.sandbox.payments.row import Cancellation, PaymentRow
from payments.entrypoints.sandbox.payments.strict_pgs import cancel_refusal

TAX_FREE_NOT_DEFAULTED: Final = frozenset({"kcp", "kcp_quick", "kicc", "nice", "payco"})
TAX_FREE_FOR_PARTS: Final = frozenset({"smartro_v2", "welcome"})
VAT_NOT_DEFAULTED: Final = frozenset({"nice", "html5_inicis", "welcome", "nice_v2"})
REFUND_TEL_PGS: Final = frozenset({"smartro", "smartro_v2"})
PHONE_PARTS_PGS: Final = frozenset({"html5_inicis", "kcp"})


def cancelled(row: PaymentRow, request: CancelRequest, now: int, cancellation_id: str, guesses: Guesses) -> PaymentRow:
    """Return *row* after the cancel. Raises CallRefused, and refunds nothing, if Iamport or the PG refuses."""
    if row.status not in ("paid", "cancelled"):
        raise CallRefused(NOTHING_TO_CANCEL)
    if row.remaining == 0:
        raise CallRefused(WHOLLY_CANCELLED)
    if request.checksum is not None and request.checksum != row.remaining:
        raise CallRefused(Refusal(200, guesses.checksum_code, guesses.checksum_text))
    amount = request.amount or row.remaining
    if amount < 0:
        raise CallRefused(Refusal(400, -1, guesses.bad_parameter_text).about("amount"))
    _check_at_pg(row, request, amount, guesses)
    if guesses.pg_limits == "kept" and not request.by_console:
        _check_limits(row, request, amount, now, guesses)
    return _refunded(row, request, amount, now, cancellation_id, guesses)


def _check_at_pg(row: PaymentRow, request: CancelRequest, amount: Decimal, guesses: Guesses) -> None:
    if row.hidden.cancelled_at_pg:
        raise CallRefused(PG_REFUSED_CANCEL.about(PG_ALREADY_CANCELLED))
    if amount > row.remaining:
        if guesses.cancel_too_much == "portone":
            raise CallRefused(Refusal(200, 1, guesses.cancel_too_much_text))
        text = PG_CANCEL_TOO_MUCH_KAKAOPAY if row.pg_provider == "kakaopay" else PG_CANCEL_TOO_MUCH
        raise CallRefused(PG_REFUSED_CANCEL.about(text))
    if amount < row.amount and _in_whole_only(row):
        raise CallRefused(PG_REFUSED_CANCEL.about(guesses.cancel_part_text))
    account = (request.refund_holder, request.refund_bank, request.refund_account)
    tel_missing = row.pg_provider in REFUND_TEL_PGS and not request.refund_tel
    if row.pay_method == "vbank" and (not all(account) or tel_missing):
        raise CallRefused(Refusal(200, 1, guesses.refund_account_text))
    if not _tax_fits(row, request, amount):
        raise CallRefused(PG_REFUSED_CANCEL.about(guesses.tax_free_text))


def _check_limits(row: PaymentRow, request: CancelRequest, amount: Decimal, now: int, guesses: Guesses) -> None:
    if why := cancel_refusal(row, request, amount, now):
        raise CallRefused(PG_REFUSED_CANCEL.about(guesses.pg_limit_text.format(why)))


def _in_whole_only(row: PaymentRow) -> bool:
    return row.escrow or (row.pay_method == "phone" and row.pg_provider not in PHONE_PARTS_PGS)


def _tax_fits(row: PaymentRow, request: CancelRequest, amount: Decimal) -> bool:
    if request.by_console:
        return True
    free_left = row.hidden.tax_free - row.hidden.cancelled_tax_free
    partial = amount < row.amount
    strict = row.pg_provider in TAX_FREE_NOT_DEFAULTED or (partial and row.pg_provider in TAX_FREE_FOR_PARTS)
    if request.tax_free is None and free_left and strict:
        return False
    if request.vat_amount is None and row.hidden.vat_amount is not None and row.pg_provider in VAT_NOT_DEFAULTED:
        return False
    tax_free = request.tax_free or Decimal(0)
    if not row.hidden.tax_free or request.tax_free is None:
        return 0 <= tax_free <= amount
    return max(amount - (row.remaining - free_left), Decimal(0)) <= tax_free <= min(amount, free_left)


def _refunded(
    row: PaymentRow, request: CancelRequest, amount: Decimal, now: int, cancellation_id: str, guesses: Guesses
) -> PaymentRow:
    entry = Cancellation(
        pg_tid=row.pg_tid,
        amount=amount,
        cancelled_at=now,
        reason=request.reason,
        cancellation_id=cancellation_id,
        receipt_url=row.receipt_url,
    )
    total = row.cancel_amount + amount
    partly_paid = total < row.amount and guesses.partial_cancel_status == "paid"
    tax_free = row.hidden.cancelled_tax_free + (request.tax_free or Decimal(0))
    return row.with_status(
        "paid" if partly_paid else "cancelled",
        now,
        cancel_amount=total,
        cancelled_at=now,
        cancel_reason=request.reason,
        cancel_history=(*row.cancel_history, entry),
        cancel_receipt_urls=(*row.cancel_receipt_urls, row.receipt_url),
        hidden=attrs.evolve(row.hidden, cancelled_tax_free=tax_free),
    )
