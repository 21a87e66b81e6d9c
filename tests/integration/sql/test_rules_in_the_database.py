"""The database itself refuses what the domain rules out: no bug of ours, and no hand in the console, gets past it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, a_report, paid, with_refund

from payments.adapters.sql.schema.naming import PREFIX, metadata
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.orphan import Orphan
from payments.domain.refunding import begin_send
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

FORBIDDEN = {
    "a fifth status": "UPDATE pkr_payments SET status = 'lost'",
    "a third mode": "UPDATE pkr_payments SET mode = 'dev'",
    "a price of nothing": "UPDATE pkr_payments SET price = 0",
    "a price beyond 2^53": "UPDATE pkr_payments SET price = 9007199254740992",
    "fewer changes than none": "UPDATE pkr_payments SET version = -1",
    "fewer checks than none": "UPDATE pkr_payments SET checks = -1",
    "fewer failures than none": "UPDATE pkr_payments SET failures = -1",
    "a payment without its id": "UPDATE pkr_payments SET merchant_id = NULL",
    "the same merchant id": ("payments", {"order_ref": "another"}),
    "a second live payment of an order": ("payments", {"merchant_id": "m2"}),
    "the same gateway id": ("attempts", {"disposition": "duplicate"}),
    "a second accepted capture": ("attempts", {"gateway_id": "imp2"}),
    "more refunded than captured": "UPDATE pkr_attempts SET refunded = amount + 1",
    "more given back elsewhere than is left": "UPDATE pkr_attempts SET outside = amount - refunded + 1",
    "less than nothing given back elsewhere": "UPDATE pkr_attempts SET outside = -1",
    "money in question that counts": (
        "UPDATE pkr_refunds SET status = 'questioned', sending_until = NULL, done_at = sent_at"
    ),
    "money given back elsewhere at no time": "UPDATE pkr_refunds SET status = 'outside', sending_until = NULL",
    "less than nothing refunded": "UPDATE pkr_attempts SET refunded = -1",
    "a fifth rank": "UPDATE pkr_attempts SET rank = 5",
    "a capture nobody has judged": "UPDATE pkr_attempts SET disposition = NULL",
    "an uncaptured attempt that is accepted": "UPDATE pkr_attempts SET rank = 1",
    "an unknown judgement": "UPDATE pkr_attempts SET disposition = 'fine'",
    "an attempt at no payment": "UPDATE pkr_attempts SET merchant_id = 'nobody'",
    "a second open refund of a capture": ("refunds", {"id": "r2", "position": 1}),
    "a refund of an unknown capture": "UPDATE pkr_refunds SET gateway_id = 'nowhere'",
    "a refund of nothing": "UPDATE pkr_refunds SET amount = 0",
    "an open refund of more than is left": "UPDATE pkr_refunds SET remainder = amount - 1",
    "parts that are more than the refund": "UPDATE pkr_refunds SET tax_free = amount, vat = 1",
    "a part of less than nothing": "UPDATE pkr_refunds SET tax_free = -1",
    "a fourth status of a refund": "UPDATE pkr_refunds SET status = 'maybe'",
    "a done refund that may be at work": "UPDATE pkr_refunds SET status = 'done'",
    "a refused refund that may be at work": "UPDATE pkr_refunds SET status = 'refused'",
    "a refund at work that was never sent": "UPDATE pkr_refunds SET sends = 0, sent_at = NULL",
    "a send without its time": "UPDATE pkr_refunds SET sent_at = NULL",
    "a time without a send": "UPDATE pkr_refunds SET sends = 0, sending_until = NULL",
    "fewer sends than none": "UPDATE pkr_refunds SET sends = -1",
    "fewer refusals than none": "UPDATE pkr_refunds SET refusals = -1",
    "a closed refund that waits": "UPDATE pkr_refunds SET status = 'done', sending_until = NULL, not_before = sent_at",
    "an orphan without money": "UPDATE pkr_orphans SET rank = 2",
    "an orphan without a change": "UPDATE pkr_orphans SET version = 0",
    "an orphan of a third mode": "UPDATE pkr_orphans SET mode = 'dev'",
    "an orphan refunded beyond its amount": "UPDATE pkr_orphans SET refunded = amount + 1",
    "the same orphan": ("orphans", {"note": "another"}),
    "the same event": ("events", {}),
    "an event of no payment": ("events", {"merchant_id": "nobody"}),
    "a message without its event": ("outbox", {"id": "x", "version": 99, "event_version": 99}),
    "a message of another event": ("outbox", {"id": "x", "version": 1, "event_version": 2}),
    "the same message": ("outbox", {"version": 1}),
    "an event taken away from its message": "DELETE FROM pkr_events",
    "a payment deleted under its attempts": "DELETE FROM pkr_payments",
    "a second stamp": ("meta", {"id": 2}),
    "a third kind of stamp": "UPDATE pkr_meta SET mode = 'dev'",
    "a stamp without a prefix": "UPDATE pkr_meta SET prefix = ''",
}


@pytest.fixture
def filled(url: str) -> Iterator[SqlStore]:
    store = open_store(url, Mode.TEST)
    payment = paid(a_payment(merchant_id="m", order="order"), gateway_id="imp")
    asked = with_refund(payment, refund_id="r", amount=1_000, at=NOON)
    run(store.payments.add(begin_send(asked, asked.refunds[0], NOON)))
    orphan = Orphan.found(a_report(gateway_id="lost"), NOON, "test")
    run(store.orphans.update(orphan.gateway_id, lambda _: orphan))
    yield store
    store.close()


def statement(forbidden: str | tuple[str, dict[str, object]]) -> str:
    """Return an update as it is, or the copy of a table's first row with some values changed."""
    if isinstance(forbidden, str):
        return forbidden
    name, changes = forbidden
    table = metadata.tables[PREFIX + name]
    names = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118
    values = [repr(changes[name]) if name in changes else f'"{name}"' for name in table.columns.keys()]  # noqa: SIM118
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} LIMIT 1"  # noqa: S608 - our own words


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses(filled: SqlStore, what: str) -> None:
    def forbidden(connection: sa.Connection) -> None:
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(statement(FORBIDDEN[what]))
        connection.rollback()

    filled.database.write(forbidden)
