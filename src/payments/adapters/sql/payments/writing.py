"""The statements that write payments, built once. Only what changed is written."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.bulk import Bulk
from payments.adapters.sql.payments.refund_rows import refund_row
from payments.adapters.sql.payments.report_rows import Row
from payments.adapters.sql.payments.rows import attempt_row, event_row, message_row, payment_row
from payments.adapters.sql.schema.moment import Moment
from payments.adapters.sql.schema.side_tables import marks, outbox
from payments.adapters.sql.schema.tables import attempts, events, payments, refunds
from payments.domain.errors import ConcurrentUpdate
from payments.domain.messages import Message
from payments.domain.payment import Payment


def _update(table: sa.Table, *keys: str) -> Bulk:
    """Return an update of all columns except *keys*, which find the row; their values are given as `key_NAME`."""
    where = [table.c[key] == sa.bindparam(f"key_{key}") for key in keys]
    return Bulk(sa.update(table).where(*where).values({c: sa.bindparam(c.name) for c in table.c if c.name not in keys}))


_UPDATE_PAYMENT: Final = Bulk(
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


def _moved(insert: Any) -> Any:
    """Return the statement that moves a provider's mark, but never back."""
    new = insert(marks)
    later = marks.c.reconciled_until < new.excluded.reconciled_until
    given = {"reconciled_until": new.excluded.reconciled_until}
    return new.on_conflict_do_update(index_elements=[marks.c.provider], set_=given, where=later)


MOVE_RECONCILED_UNTIL: Final = {"sqlite": _moved(insert_sqlite), "postgresql": _moved(insert_postgresql)}


@attrs.frozen
class Revision:
    """A payment as it is stored, and the changes to store at once: what each made of it, with its own new events."""

    before: Payment
    steps: tuple[Payment, ...]

    @property
    def after(self) -> Payment:
        return self.steps[-1]


def insert_payments(connection: sa.Connection, new: Sequence[Payment]) -> None:
    """Write new payments with their attempts, refunds and events."""
    _insert(connection, payments, [payment_row(p) for p in new])
    _insert(connection, attempts, [attempt_row(p, attempt) for p in new for attempt in p.attempts])
    _insert(connection, refunds, [refund_row(p, position) for p in new for position in range(len(p.refunds))])
    _insert_events(connection, new)


def update_payments(connection: sa.Connection, revisions: Sequence[Revision]) -> None:
    """Write the differences. Raises ConcurrentUpdate if a payment is no longer stored as it was before."""
    rows = [row for revision in revisions for row in _payment_updates(revision)]
    if rows and _UPDATE_PAYMENT.execute(connection, rows) != len(rows):
        raise ConcurrentUpdate("Another change was stored first. Nothing was stored. Try again.")
    _write_attempts(connection, revisions)
    _write_refunds(connection, revisions)
    _insert_events(connection, [step for revision in revisions for step in revision.steps])


def _payment_updates(revision: Revision) -> Iterator[Row]:
    row = payment_row(revision.after)
    if row != payment_row(revision.before):
        yield row | {"key_merchant_id": revision.before.merchant_id, "key_version": revision.before.version}


def _write_attempts(connection: sa.Connection, revisions: Sequence[Revision]) -> None:
    new: list[Row] = []
    changed: list[Row] = []
    for revision in revisions:
        known = {attempt.gateway_id: attempt for attempt in revision.before.attempts}
        for attempt in revision.after.attempts:
            if attempt.gateway_id not in known:
                new.append(attempt_row(revision.after, attempt))
            elif known[attempt.gateway_id] != attempt:
                changed.append(_keyed(attempt_row(revision.after, attempt), "gateway_id", "merchant_id"))
    _insert(connection, attempts, sorted(new, key=lambda row: row["gateway_id"]))
    if changed:
        _UPDATE_ATTEMPT.execute(connection, changed)


def _write_refunds(connection: sa.Connection, revisions: Sequence[Revision]) -> None:
    new: list[Row] = []
    changed: list[Row] = []
    for revision in revisions:
        known = {refund.id: refund for refund in revision.before.refunds}
        for position, refund in enumerate(revision.after.refunds):
            if refund.id not in known:
                new.append(refund_row(revision.after, position))
            elif known[refund.id] != refund:
                changed.append(_keyed(refund_row(revision.after, position), "merchant_id", "id"))
    if changed:  # first, because it may close the refund that blocks a new one
        _UPDATE_REFUND.execute(connection, changed)
    _insert(connection, refunds, new)


def _insert_events(connection: sa.Connection, changed: Sequence[Payment]) -> None:
    """Write each new event with its message for the outbox."""
    news = [(payment, event) for payment in changed for event in payment.new_events]
    _insert(connection, events, [event_row(payment, event) for payment, event in news])
    _insert(connection, outbox, [message_row(Message.about(payment, event), event.version) for payment, event in news])


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    if rows:
        _INSERTS[table.name].execute(connection, rows)


def _keyed(row: Row, *keys: str) -> dict[str, Any]:
    return {f"key_{name}" if name in keys else name: value for name, value in row.items()}


def _insert_into(table: sa.Table) -> Bulk:
    return Bulk(sa.insert(table), tuple(c.name for c in table.c if c.name != "leased_until"))  # a new one has no lease


_INSERTS: Final = {table.name: _insert_into(table) for table in (payments, attempts, refunds, events, outbox)}
