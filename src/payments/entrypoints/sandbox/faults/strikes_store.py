"""What happens around a call: others act on the same payment, a token ends, a snapshot is old."""

from collections.abc import Callable
from decimal import Decimal

from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.faults.kind import Hit, Strike
from payments.entrypoints.sandbox.faults.scene import CallScene
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.store import Store
from payments.entrypoints.sandbox.wire.call import Call


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
