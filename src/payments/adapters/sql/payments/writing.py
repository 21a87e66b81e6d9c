"""The statements that write payments, built once. Only what changed is written."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from payments.adapters.sql.payments.rows import Row, attempt_row, event_row, message_row, payment_row, refund_row
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import meta, outbox
from payments.adapters.sql.schema.tables import attempts, events, payments, refunds
from payments.domain.errors import ConcurrentUpdate
from payments.domain.messages import Message
from payments.domain.payment import Payment


def _update(table: sa.Table, *keys: str) -> sa.Update:
    """Return an update of all columns except *keys*, which find the row; their values are given as `key_NAME`."""
    where = [table.c[key] == sa.bindparam(f"key_{key}") for key in keys]
    return sa.update(table).where(*where).values({c: sa.bindparam(c.name) for c in table.c if c.name not in keys})


_UPDATE_PAYMENT: Final = (
    sa.update(payments)
    .where(payments.c.merchant_id == sa.bindparam("key_merchant_id"), payments.c.version == sa.bindparam("key_version"))
    .values({c: sa.bindparam(c.name) for c in payments.c if c.name not in ("merchant_id", "leased_until")})
)
_UPDATE_ATTEMPT: Final = _update(attempts, "gateway_id", "merchant_id")
_UPDATE_REFUND: Final = _update(refunds, "merchant_id", "id")
LEASE: Final = (
    sa.update(payments)
    .where(payments.c.merchant_id.in_(sa.bindparam("merchant_ids", expanding=True)))
    .values(leased_until=sa.bindparam("until", type_=Moment))
)
CHANGE_LEASE: Final = (
    sa.update(payments)
    .where(
        payments.c.merchant_id == sa.bindparam("key_merchant_id"),
        payments.c.leased_until == sa.bindparam("until", type_=Moment),
    )
    .values(leased_until=sa.bindparam("to", type_=Moment))
)
MOVE_RECONCILED_UNTIL: Final = (
    sa.update(meta)
    .where(sa.or_(meta.c.reconciled_until.is_(None), meta.c.reconciled_until < sa.bindparam("to", type_=Moment)))
    .values(reconciled_until=sa.bindparam("to", type_=Moment))
)


def insert_payment(connection: sa.Connection, payment: Payment) -> None:
    """Write a new payment with its attempts, refunds and events."""
    connection.execute(sa.insert(payments), payment_row(payment))
    _insert(connection, attempts, [attempt_row(attempt) for attempt in payment.attempts])
    _insert(connection, refunds, [refund_row(payment, position) for position in range(len(payment.refunds))])
    _insert_events(connection, payment)


def update_payment(connection: sa.Connection, before: Payment, after: Payment) -> None:
    """Write the difference. Raises ConcurrentUpdate if the stored payment is no longer *before*."""
    row = payment_row(after)
    if row != payment_row(before):
        keys = {"key_merchant_id": before.merchant_id, "key_version": before.version}
        if connection.execute(_UPDATE_PAYMENT, row | keys).rowcount != 1:
            raise ConcurrentUpdate("Another change was stored first. Nothing was stored. Try again.")
    _update_attempts(connection, before, after)
    _update_refunds(connection, before, after)
    _insert_events(connection, after)


def _update_attempts(connection: sa.Connection, before: Payment, after: Payment) -> None:
    known = {attempt.gateway_id: attempt for attempt in before.attempts}
    changed = [a for a in after.attempts if known.get(a.gateway_id) != a]
    _insert(connection, attempts, [attempt_row(a) for a in changed if a.gateway_id not in known])
    for row in (attempt_row(a) for a in changed if a.gateway_id in known):
        connection.execute(_UPDATE_ATTEMPT, _keyed(row, "gateway_id", "merchant_id"))


def _update_refunds(connection: sa.Connection, before: Payment, after: Payment) -> None:
    known = {refund.id: refund for refund in before.refunds}
    rows = [refund_row(after, position) for position, r in enumerate(after.refunds) if known.get(r.id) != r]
    for row in (
        row for row in rows if row["id"] in known
    ):  # updates first: they may close the refund that blocks a new one
        connection.execute(_UPDATE_REFUND, _keyed(row, "merchant_id", "id"))
    _insert(connection, refunds, [row for row in rows if row["id"] not in known])


def _insert_events(connection: sa.Connection, payment: Payment) -> None:
    """Write each new event with its message for the outbox."""
    _insert(connection, events, [event_row(payment, event) for event in payment.new_events])
    _insert(connection, outbox, [message_row(Message.about(payment, e), e.version) for e in payment.new_events])


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(_INSERTS[table.name], rows)


def _keyed(row: Row, *keys: str) -> dict[str, Any]:
    return {f"key_{name}" if name in keys else name: value for name, value in row.items()}


_INSERTS: Final = {table.name: sa.insert(table) for table in (payments, attempts, refunds, events, outbox)}
