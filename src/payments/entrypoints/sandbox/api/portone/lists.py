"""Lists of payments: by filter and page, and by cursor."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Any

from payments.entrypoints.sandbox.api.portone.events import events_of
from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.views.listing import listed
from payments.entrypoints.sandbox.portone.views.paging import holds, page_of, size_of
from payments.entrypoints.sandbox.portone.webhooks.shown import webhooks_of
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses
from payments.entrypoints.sandbox.service import Sandbox


def shown_payments(sandbox: Sandbox) -> Iterable[PaymentRow]:
    """Return every payment as the attempt that it shows, the oldest first."""
    orders = dict.fromkeys(row.merchant_uid for row in sandbox.book.all())
    return (sandbox.portone.desk.get(order) for order in orders)


def get_payments(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """The payments that a filter asks for, page by page."""
    portone = sandbox.portone

    def webhook_status(transaction_id: str) -> str:
        sent = webhooks_of(sandbox.webhooks.of(transaction_id), portone.face)
        return str(sent[-1].get("status", "")) if sent else ""

    now, guesses, asked = sandbox.clock.exact(), portone.settings.guesses, call.asked
    rows = listed(shown_payments(sandbox), asked.inner("filter"), now, guesses, webhook_status)
    page, about = page_of(rows, asked.inner("page"), guesses)
    views = portone.views()
    return Answer({"items": [views.payment(row) for row in page], "page": about})


def get_payments_by_cursor(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Every payment by the time of its making; the last one's cursor goes on from there."""
    views, guesses = sandbox.portone.views(), sandbox.portone.settings.guesses
    rows = [(float(row.started_at), row) for row in shown_payments(sandbox)]
    found = _after_cursor(rows, call.asked, guesses)
    return Answer({"items": [{"payment": views.payment(row), "cursor": cursor} for cursor, row in found]})


def get_events_by_cursor(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Every movement of money, by its time."""
    views, guesses = sandbox.portone.views(), sandbox.portone.settings.guesses
    events = events_of(sandbox.book.past.values(), views)
    found = _after_cursor([(at, event) for at, event in events], call.asked, guesses)
    return Answer({"items": [{"paymentEvent": event, "cursor": cursor} for cursor, event in found]})


def _after_cursor(rows: Sequence[tuple[float, Any]], asked: Fields, guesses: PortOneGuesses) -> list[tuple[str, Any]]:
    since, until = asked.moment("from") or 0.0, asked.moment("until") or float("inf")
    size = size_of(asked.whole("size", least=1), guesses)
    numbered = [(number, row) for number, (at, row) in enumerate(rows) if holds(at, since, until, guesses)]
    last = _number_of(asked)
    return [(_cursor(number), row) for number, row in numbered if number > last][:size]


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"row:{number}".encode()).decode()


def _number_of(asked: Fields) -> int:
    text = asked.text("cursor")
    if not text:
        return -1
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("row:"))
    except (ValueError, binascii.Error) as error:
        raise asked.bad("cursor", "one that an earlier answer had") from error


TABLE = (
    Line("GET", "/payments", get_payments),
    Line("GET", "/payments-by-cursor", get_payments_by_cursor),
    Line("GET", "/payment-events-by-cursor", get_events_by_cursor),
)
