"""Virtual accounts by API: issued, changed and revoked without a window."""

from decimal import Decimal
from typing import Final

import attrs

from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.payments.messages import ALREADY_PAID, Refusal, RefusedError
from payments.entrypoints.sandbox.payments.opening import WindowAsk
from payments.entrypoints.sandbox.payments.row import PaymentRow

CHANGEABLE_PG: Final = "settle"


def order(book: Book, ask: WindowAsk, bank_code: str, holder: str) -> PaymentRow:
    """Issue an account; RefusedError for a burnt merchant_uid or a channel that is none."""
    if book.was_paid(ask.merchant_uid):
        raise RefusedError(Refusal(400, -1, ALREADY_PAID))
    channel = choose(book.channels, channel_key=ask.channel_key, pg=ask.pg)
    if channel is None:
        raise RefusedError(Refusal(400, -1, book.guesses.bad_parameter_text).about("channel_key"))
    return book.issue(book.add(ask, channel, "imps"), bank_code, ask.vbank_due, holder or book.shop_name)


def change(book: Book, imp_uid: str, amount: Decimal | None, due: int | None) -> PaymentRow:
    """Change what an account waits for, or until when (UNIX seconds)."""
    row = _waiting(book, imp_uid)
    if book.guesses.vbank_change == "settle only" and row.pg_provider != CHANGEABLE_PG:
        raise RefusedError(Refusal(400, -1, book.guesses.vbank_refused_text))
    changed = attrs.evolve(
        row, amount=row.amount if amount is None else amount, vbank_date=row.vbank_date if due is None else due
    )
    book.watch(changed)
    return book.keep(changed)


def revoke(book: Book, imp_uid: str) -> PaymentRow:
    """Close an account before its deposit: the payment shows as failed."""
    return book.keep(paying.failed(_waiting(book, imp_uid), book.guesses.vbank_revoked_text, book.clock.now()))


def _waiting(book: Book, imp_uid: str) -> PaymentRow:
    row = book.payment(imp_uid)
    if not row.awaits_deposit:
        raise RefusedError(Refusal(400, -1, book.guesses.vbank_refused_text))
    return row
