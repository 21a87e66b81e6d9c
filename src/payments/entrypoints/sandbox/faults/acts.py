"""What happens around a call: a token that ends, a snapshot that is old, and others who act on the same payment.

Each is done under the sandbox's lock. It tells whether it could be done: there may be no payment it fits.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

from payments.entrypoints.sandbox.faults.faults import Fault
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.payments.messages import NotPossibleError, RefusedError, WindowRefusedError
from payments.entrypoints.sandbox.payments.opening import WindowAsk
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.wire import Call


def rows_of(sandbox: Sandbox, call: Call) -> list[PaymentRow]:
    """Return the payments that *call* names, the newest first."""
    book = sandbox.book
    imp_uids = [call.places.get("imp_uid", ""), *call.body.texts("imp_uid"), *call.query.texts("imp_uid")]
    orders = [call.places.get("merchant_uid", ""), *call.body.texts("merchant_uid"), *call.query.texts("merchant_uid")]
    named = [book.payment(imp_uid) for imp_uid in imp_uids if imp_uid in book.past]
    return [*named, *(row for order in orders for row in book.by_merchant_uid(order)[::-1])]


def late_approval(sandbox: Sandbox, row: PaymentRow, _: Fault) -> None:
    """The PG approves what it had refused."""
    sandbox.approve_late(row.imp_uid)


def console_refund(sandbox: Sandbox, row: PaymentRow, fault: Fault) -> None:
    """A person gives money back, all that is left or the fault's amount."""
    amount = Decimal(fault.value) if fault.value else None
    if amount is not None and not 0 < amount <= row.remaining:
        raise NotPossibleError(f"{amount} is not left of {row.imp_uid}")
    sandbox.console_cancel(row.imp_uid, amount)


def second_tab(sandbox: Sandbox, row: PaymentRow, _: Fault) -> None:
    """A window of the same order, open in another tab since before, is paid now."""
    channel = choose(sandbox.book.channels, channel_key="", pg=f"{row.pg_provider}.{row.pg_id}")
    if channel is None:
        raise NotPossibleError(f"no window opens on the channel of {row.imp_uid}")
    ask = WindowAsk(
        merchant_uid=row.merchant_uid,
        amount=row.amount,
        currency=row.currency,
        name=row.name,
        notice_urls=row.behind.notice_urls,
    )
    sandbox.book.approve(sandbox.book.add(ask, channel, "imp").imp_uid)


Act = Callable[[Sandbox, PaymentRow, Fault], None]
ACTS: Final[Mapping[str, Act]] = {
    "late-approval": late_approval,
    "console-refund": console_refund,
    "second-tab": second_tab,
}


def act(sandbox: Sandbox, call: Call, fault: Fault) -> bool:
    """Do what *fault* says to the first payment of the call that it fits; False if it fits none."""
    for row in rows_of(sandbox, call):
        try:
            ACTS[fault.what](sandbox, row, fault)
        except (NotPossibleError, RefusedError, WindowRefusedError):
            continue
        return True
    return False


def has_past(sandbox: Sandbox, call: Call) -> bool:
    """Whether an older snapshot of what a look asks for would look different."""
    if call.method != "GET":
        return False
    rows = rows_of(sandbox, call)
    states = [sandbox.book.past[row.imp_uid] for row in rows] or list(sandbox.book.past.values())
    return any(len(past) > 1 for past in states)


@contextmanager
def as_it_was(book: Book, changes: int) -> Iterator[None]:
    """Show every payment as it stood *changes* ago, at least as it began. For looking only: what is stored is lost."""
    present = book.past
    book.past = {imp_uid: past[: max(1, len(past) - changes)] for imp_uid, past in present.items()}
    try:
        yield
    finally:
        book.past = present
