"""The cash receipt that a buyer asks for in the payment window: issued with the money."""

import attrs

from payments.entrypoints.sandbox.extras.receipts import PGS, TYPES, ReceiptRequest, Receipts
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.row import PaymentRow


def asking(book: Book, row: PaymentRow, cash_receipt: str) -> PaymentRow:
    """Return *row* asking for a receipt of a type of TYPES; any other text asks for none."""
    if cash_receipt not in TYPES:
        return row
    return book.store(attrs.evolve(row, hidden=attrs.evolve(row.hidden, cash_receipt=cash_receipt)))


def with_cash_receipt(book: Book, receipts: Receipts, row: PaymentRow) -> PaymentRow:
    """Return *row* with the receipt that was asked for, if it is paid and its PG issues receipts."""
    asked = row.hidden.cash_receipt
    if not asked or row.status != "paid" or row.pg_provider not in PGS:
        return row
    request = ReceiptRequest(amount=row.amount, tax_free=row.hidden.tax_free, type=asked)
    receipts.issue("imp_uid", row.imp_uid, request, book.receipt_url(row.imp_uid), book.clock.now())
    return book.store(attrs.evolve(row, cash_receipt_issued=True))
