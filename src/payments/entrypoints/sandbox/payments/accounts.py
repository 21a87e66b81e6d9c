"""Virtual accounts that are issued, changed and revoked by API, without a window."""

from decimal import Decimal
from typing import Final

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.payments.messages import ALREADY_PAID
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.row import PaymentRow

CHANGEABLE_PG: Final = "settle"


def issue(book: Book, request: WindowRequest, bank_code: str, holder: str) -> PaymentRow:
    """Issue an account. Raises CallRefused for a merchant_uid that was paid, and for an unknown channel."""
    if book.was_paid(request.merchant_uid):
        raise CallRefused(Refusal(400, -1, ALREADY_PAID))
    channel = choose(book.channels, channel_key=request.channel_key, pg=request.pg)
    if channel is None:
        raise CallRefused(Refusal(400, -1, book.guesses.bad_parameter_text).about("channel_key"))
    row = book.create(request, channel, "imps")
    return book.assign_account(row, bank_code, request.vbank_due, holder or book.shop_name)


def change(book: Book, imp_uid: str, amount: Decimal | None, due: int | None) -> PaymentRow:
    """Change the amount that an account waits for, or its deadline (UNIX seconds)."""
    row = _waiting(book, imp_uid)
    if book.guesses.vbank_change == "settle only" and row.pg_provider != CHANGEABLE_PG:
        raise CallRefused(Refusal(400, -1, book.guesses.vbank_refused_text))
    changed = attrs.evolve(
        row, amount=row.amount if amount is None else amount, vbank_date=row.vbank_date if due is None else due
    )
    book.watch_deadline(changed)
    return book.store(changed)


def revoke(book: Book, imp_uid: str) -> PaymentRow:
    """Close an account before its deposit: the payment shows as failed."""
    return book.store(paying.failed(_waiting(book, imp_uid), book.guesses.vbank_revoked_text, book.clock.now()))


def _waiting(book: Book, imp_uid: str) -> PaymentRow:
    row = book.payment(imp_uid)
    if not row.awaits_deposit:
        raise CallRefused(Refusal(400, -1, book.guesses.vbank_refused_text))
    return row
