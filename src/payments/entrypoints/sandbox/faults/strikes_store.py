"""What happens around a call: others act on the same payment, a token ends, a snapshot is old."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.faults.kind import Hit, Strike
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.faults.transport import Broken, transport_of
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.paging import TimeWindow
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.store import Store
from payments.entrypoints.sandbox.wire.call import Call

CANCEL: Final = "/payments/cancel"
LISTS: Final = "/payments/status/"


def token(_: Hit, scene: CallScene) -> bool:
    """Let the access token expire just before the call."""
    if scene.needs_token:
        scene.store.tokens.expire()
    return scene.needs_token


def stale(hit: Hit, scene: CallScene) -> bool:
    """Show payments as they were some changes ago; False if that would make no difference."""
    book = scene.store.book
    if scene.call is None or scene.call.method != "GET":
        return False
    named = [book.past[row.imp_uid] for row in payments_of(scene.store, scene.call)]
    if not any(len(past) > 1 for past in named or book.past.values()):
        return False
    scene.while_reading.enter_context(book.as_it_was(int(hit.value)))
    return True


def payments_of(store: Store, call: Call) -> list[PaymentRow]:
    """Return the payments that *call* names, the newest first."""

    def named(field: str) -> list[str]:
        return [call.path_params.get(field, ""), *call.body.texts(field), *call.query.texts(field)]

    book = store.book
    by_imp_uid = [book.payment(imp_uid) for imp_uid in named("imp_uid") if imp_uid in book.past]
    return [*by_imp_uid, *(row for order in named("merchant_uid") for row in book.by_merchant_uid(order)[::-1])]


def to_a_payment(act: Callable[[Store, PaymentRow, str], object]) -> Strike:
    """Return the strike that does *act* to the first payment of the call for which it is possible."""

    def strike(hit: Hit, scene: CallScene) -> bool:
        for row in payments_of(scene.store, scene.call) if scene.call else ():
            try:
                act(scene.store, row, hit.value)
            except (NotPossible, CallRefused, WindowRefused):
                continue
            return True
        return False

    return strike


@to_a_payment
def late_approval(store: Store, row: PaymentRow, _: str) -> None:
    """The PG approves what it had refused."""
    store.billing.issued_in_window(store.book.approve_late(row.imp_uid))


@to_a_payment
def console_refund(store: Store, row: PaymentRow, value: str) -> None:
    """A person refunds the fault's amount, or all that is left."""
    amount = Decimal(value) if value else None
    if amount is not None and not 0 < amount <= row.remaining:
        raise NotPossible(f"{row.imp_uid} has less than {amount} left")
    store.book.console_cancel(row.imp_uid, amount)


@to_a_payment
def second_tab(store: Store, row: PaymentRow, _: str) -> None:
    """A window of the same order, opened earlier in another tab, is paid now."""
    channel = choose(store.book.channels, channel_key="", pg=f"{row.pg_provider}.{row.pg_id}")
    if channel is None:
        raise NotPossible(f"no window opens on the channel of {row.imp_uid}")
    request = WindowRequest(
        merchant_uid=row.merchant_uid,
        amount=row.amount,
        currency=row.currency,
        name=row.name,
        notice_urls=row.hidden.notice_urls,
    )
    store.book.approve(store.book.create(request, channel, "imp").imp_uid)


def slow(hit: Hit, scene: CallScene) -> bool:
    """Take a cancel on, answer nothing, and execute it later; False for any other call."""
    if scene.call is None or scene.call.path != CANCEL:
        return False
    book = scene.store.book
    book.cancels_take = math.ceil(float(hit.value))

    def end(refused: type[BaseException] | None, *_: object) -> None:
        book.cancels_take = 0
        if refused is None:
            scene.sent = Broken(transport_of(scene.request))

    scene.while_reading.push(end)
    return True


def to_a_list(act: Callable[[Store, TimeWindow], bool]) -> Strike:
    """Return the strike that does *act* to the payments of the store while a list of them is read page by page."""

    def strike(_: Hit, scene: CallScene) -> bool:
        if scene.call is None or not scene.call.path.startswith(LISTS):
            return False
        query, now = scene.call.query, scene.store.clock.now()
        return act(scene.store, TimeWindow.of(query.whole("from"), query.whole("to"), now, scene.store.book.guesses))

    return strike


@to_a_list
def row_enters(store: Store, window: TimeWindow) -> bool:
    """The oldest open window outside the list is paid now, if that puts it into the list."""
    book, now = store.book, store.clock.now()
    waiting = (row for row in book.with_status("ready") if not (window.holds(row) or row.awaits_deposit))
    row = next(waiting, None) if window.since <= now <= window.until else None
    if row is not None:
        store.billing.issued_in_window(book.approve(row.imp_uid))
    return row is not None


@to_a_list
def row_leaves(store: Store, window: TimeWindow) -> bool:
    """The oldest paid payment of the list is refunded in the console, if that takes it out of the list."""
    book, now = store.book, store.clock.now()
    row = next((row for row in book.with_status("paid") if window.holds(row)), None)
    if row is None or window.since <= now <= window.until:
        return False
    book.console_cancel(row.imp_uid)
    return True
