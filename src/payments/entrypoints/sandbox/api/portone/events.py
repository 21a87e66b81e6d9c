"""Payment events: each movement of money, as the union that the list by cursor shows."""

from collections.abc import Iterable
from typing import Any, Final

from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.minor import minor, total_of
from payments.entrypoints.sandbox.portone.views.moments import moment, without_nulls
from payments.entrypoints.sandbox.portone.views.payment import Views, cancellations_of, status_of

LEFT_OUT: Final = ("status", "id", "statusChangedAt", "updatedAt", "amount", "cancellations", "paidAt", "cancelledAt")


def events_of(histories: Iterable[tuple[PaymentRow, ...]], views: Views) -> list[tuple[float, dict[str, Any]]]:
    """Return the events of every payment with their times, the oldest first."""
    found = [event for states in histories for event in _events(states, views)]
    return sorted(found, key=lambda event: event[0])


def _events(states: tuple[PaymentRow, ...], views: Views) -> Iterable[tuple[float, dict[str, Any]]]:
    before = states[0]
    for row in states:
        if row.status == "paid" and row.paid_at and (before.status != "paid" or row is before):
            yield _event(row, "PAID", f"{row.imp_uid}:paid", total_of(row), views, None)
        taken = row.cancel_amount - before.cancel_amount
        if taken > 0:
            entries = cancellations_of(row)
            amount = minor(taken, row.currency)
            yield _event(row, status_of(row), f"{row.imp_uid}:{len(entries)}", -amount, views, entries[-1])
        before = row


def _event(
    row: PaymentRow, kind: str, event_id: str, amount: int, views: Views, cancellation: dict[str, Any] | None
) -> tuple[float, dict[str, Any]]:
    at = float(row.cancelled_at if cancellation else row.paid_at)
    payment = views.payment(row)
    shown = {name: value for name, value in payment.items() if name not in LEFT_OUT}
    event = {
        **shown,
        "type": kind,
        "id": event_id,
        "paymentId": row.merchant_uid,
        "createdAt": moment(at),
        "totalAmount": payment["amount"],
        "eventAmount": amount,
        "cancellation": cancellation,
    }
    if kind != "PAID":
        event.pop("disputes", None)
    return at, without_nulls(event)
