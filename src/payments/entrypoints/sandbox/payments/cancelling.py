"""What a cancel may do to a payment: a pure rule from a row and a request to the next row, or a refusal."""

from decimal import Decimal
from typing import Final

import attrs

from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.messages import (
    NOTHING_TO_CANCEL,
    PG_ALREADY_CANCELLED,
    PG_CANCEL_TOO_MUCH,
    PG_CANCEL_TOO_MUCH_KAKAOPAY,
    PG_REFUSED_CANCEL,
    WHOLLY_CANCELLED,
    Refusal,
    RefusedError,
)
from payments.entrypoints.sandbox.payments.row import Cancellation, PaymentRow

TAX_FREE_NOT_DEFAULTED: Final = frozenset({"kcp", "kcp_quick", "kicc", "nice", "payco"})
TAX_FREE_FOR_PARTS: Final = frozenset({"smartro_v2", "welcome"})
VAT_NOT_DEFAULTED: Final = frozenset({"nice", "html5_inicis", "welcome", "nice_v2"})
REFUND_TEL_PGS: Final = frozenset({"smartro", "smartro_v2"})
PHONE_PARTS_PGS: Final = frozenset({"html5_inicis", "kcp"})


@attrs.frozen(kw_only=True)
class CancelAsk:
    """A cancel as asked for; an `amount` of None or 0 means everything that is left."""

    imp_uid: str = ""
    merchant_uid: str = ""
    amount: Decimal | None = None
    checksum: Decimal | None = None
    tax_free: Decimal | None = None
    vat_amount: Decimal | None = None
    reason: str = ""
    refund_holder: str = ""
    refund_bank: str = ""
    refund_account: str = ""
    refund_tel: str = ""
    enable_webhook: bool = False


def cancelled(row: PaymentRow, ask: CancelAsk, now: int, cancellation_id: str, guesses: Guesses) -> PaymentRow:
    """Return *row* after the cancel; RefusedError and nothing given back where Iamport or the PG says no."""
    if row.status not in ("paid", "cancelled"):
        raise RefusedError(NOTHING_TO_CANCEL)
    if row.remaining == 0:
        raise RefusedError(WHOLLY_CANCELLED)
    if ask.checksum is not None and ask.checksum != row.remaining:
        raise RefusedError(Refusal(200, guesses.checksum_code, guesses.checksum_text))
    amount = ask.amount or row.remaining
    if amount < 0:
        raise RefusedError(Refusal(400, -1, guesses.bad_parameter_text).about("amount"))
    _check_at_pg(row, ask, amount, guesses)
    return _given_back(row, ask, amount, now, cancellation_id, guesses)


def _check_at_pg(row: PaymentRow, ask: CancelAsk, amount: Decimal, guesses: Guesses) -> None:
    if row.behind.cancelled_at_pg:
        raise RefusedError(PG_REFUSED_CANCEL.about(PG_ALREADY_CANCELLED))
    if amount > row.remaining:
        if guesses.cancel_too_much == "portone":
            raise RefusedError(Refusal(200, 1, guesses.cancel_too_much_text))
        text = PG_CANCEL_TOO_MUCH_KAKAOPAY if row.pg_provider == "kakaopay" else PG_CANCEL_TOO_MUCH
        raise RefusedError(PG_REFUSED_CANCEL.about(text))
    if amount < row.amount and _in_whole_only(row):
        raise RefusedError(PG_REFUSED_CANCEL.about(guesses.cancel_part_text))
    account = (ask.refund_holder, ask.refund_bank, ask.refund_account)
    tel_missing = row.pg_provider in REFUND_TEL_PGS and not ask.refund_tel
    if row.pay_method == "vbank" and (not all(account) or tel_missing):
        raise RefusedError(Refusal(200, 1, guesses.refund_account_text))
    if not _tax_fits(row, ask, amount):
        raise RefusedError(PG_REFUSED_CANCEL.about(guesses.tax_free_text))


def _in_whole_only(row: PaymentRow) -> bool:
    return row.escrow or (row.pay_method == "phone" and row.pg_provider not in PHONE_PARTS_PGS)


def _tax_fits(row: PaymentRow, ask: CancelAsk, amount: Decimal) -> bool:
    free_left = row.behind.tax_free - row.behind.cancelled_tax_free
    partial = amount < row.amount
    strict = row.pg_provider in TAX_FREE_NOT_DEFAULTED or (partial and row.pg_provider in TAX_FREE_FOR_PARTS)
    if ask.tax_free is None and free_left and strict:
        return False
    if ask.vat_amount is None and row.behind.vat_amount is not None and row.pg_provider in VAT_NOT_DEFAULTED:
        return False
    tax_free = ask.tax_free or Decimal(0)
    return 0 <= tax_free <= amount and (not row.behind.tax_free or tax_free <= free_left)


def _given_back(
    row: PaymentRow, ask: CancelAsk, amount: Decimal, now: int, cancellation_id: str, guesses: Guesses
) -> PaymentRow:
    entry = Cancellation(
        pg_tid=row.pg_tid,
        amount=amount,
        cancelled_at=now,
        reason=ask.reason,
        cancellation_id=cancellation_id,
        receipt_url=row.receipt_url,
    )
    total = row.cancel_amount + amount
    partly_paid = total < row.amount and guesses.partial_cancel_status == "paid"
    tax_free = row.behind.cancelled_tax_free + (ask.tax_free or Decimal(0))
    return row.with_status(
        "paid" if partly_paid else "cancelled",
        now,
        cancel_amount=total,
        cancelled_at=now,
        cancel_reason=ask.reason,
        cancel_history=(*row.cancel_history, entry),
        cancel_receipt_urls=(*row.cancel_receipt_urls, row.receipt_url),
        behind=attrs.evolve(row.behind, cancelled_tax_free=tax_free),
    )
