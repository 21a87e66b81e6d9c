"""What happens around a call: others act on the same payment, a token ends, a snapshot is old."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.faults.kind import Hit, Strike
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.faults.transport import Broken, transport_of
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.paging import TimeWindow, settled_at
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.views.listing import v2_span
from payments.entrypoints.sandbox.store import Store
from payments.entrypoints.sandbox.wire.call import Call

CANCEL: Final = re.compile("/payments/cancel|/v2/payments/[^/]+/cancel")
LISTS: Final = "/payments/status/"
V2_LIST: Final = "/v2/payments"
Span = tuple[float, float]
"""From and until, in UNIX seconds."""


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
    by_payment_id = book.attempts(call.path_params.get("payment_id", ""))[::-1]
    return [
        *by_imp_uid,
        *by_payment_id,
        *(row for order in named("merchant_uid") for row in book.by_merchant_uid(order)[::-1]),
    ]


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
    store.console_cancel(row.imp_uid, amount)


@to_a_payment
def second_tab(store: Store, row: PaymentRow, _: str) -> None:
    """A window of the same order, opened earlier in another tab, is paid now."""
    if row.is_v2:
        store.book.approve(store.portone.desk.open_again(row).imp_uid)
        return
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
    if scene.call is None or not CANCEL.fullmatch(scene.call.path):
        return False
    book = scene.store.book
    book.cancels_take = math.ceil(float(hit.value))

    def end(refused: type[BaseException] | None, *_: object) -> None:
        book.cancels_take = 0
        if refused is None:
            scene.sent = Broken(transport_of(scene.request))

    scene.while_reading.push(end)
    return True


def to_a_list(act: Callable[[Store, Span, bool], bool]) -> Strike:
    """Return the strike that does *act* to the payments of the store while a list of them is read page by page."""

    def strike(_: Hit, scene: CallScene) -> bool:
        if scene.call is None or (span := span_of(scene.call, scene.store)) is None:
            return False
        return act(scene.store, span, scene.call.path == V2_LIST)

    return strike


def span_of(call: Call, store: Store) -> Span | None:
    """Return the times that a list is about; None for any other call."""
    query, now = call.query, store.clock.now()
    if call.path == V2_LIST:
        return v2_span(call.body.values.get("filter") or {}, now)
    if not call.path.startswith(LISTS):
        return None
    window = TimeWindow.of(query.whole("from"), query.whole("to"), now, store.book.guesses)
    return window.since, window.until


@to_a_list
def row_enters(store: Store, span: Span, is_v2: bool) -> bool:
    """The oldest open window outside the list is paid now, if that puts it into the list."""
    since, until = span
    mine = (row for row in store.book.all() if row.is_v2 == is_v2 and row.status == "ready" and not row.awaits_deposit)
    waiting = (row for row in mine if not since <= settled_at(row) <= until)
    row = next(waiting, None) if since <= store.clock.now() <= until else None
    if row is not None:
        store.billing.issued_in_window(store.book.approve(row.imp_uid))
    return row is not None


@to_a_list
def row_leaves(store: Store, span: Span, is_v2: bool) -> bool:
    """The oldest paid payment of the list is refunded in the console, if that takes it out of the list."""
    since, until = span
    mine = (row for row in store.book.all() if row.is_v2 == is_v2 and row.status == "paid")
    row = next((row for row in mine if since <= settled_at(row) <= until), None)
    if row is None or since <= store.clock.now() <= until:
        return False
    store.console_cancel(row.imp_uid)
    return True
