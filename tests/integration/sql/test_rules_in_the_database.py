"""The database itself refuses what the domain rules out: no bug of ours, and no hand in the console, gets past it."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, paid, with_refund

from payments.adapters.sql.schema.naming import PREFIX, metadata
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

FORBIDDEN = {
    "a fifth status": "UPDATE pkr_payments SET status = 'lost'",
    "a third mode": "UPDATE pkr_payments SET mode = 'dev'",
    "a price of nothing": "UPDATE pkr_payments SET price = 0",
    "a price beyond 2^53": "UPDATE pkr_payments SET price = 9007199254740992",
    "a payment without a change": "UPDATE pkr_payments SET version = 0",
    "a payment without its id": "UPDATE pkr_payments SET merchant_id = NULL",
    "the same merchant id": ("payments", {"order_ref": "another"}),
    "a second live payment of an order": ("payments", {"merchant_id": "m2"}),
    "the same gateway id": ("attempts", {"disposition": "duplicate"}),
    "a second accepted capture": ("attempts", {"gateway_id": "imp2"}),
    "more refunded than captured": "UPDATE pkr_attempts SET refunded = amount + 1",
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
    "the same event": ("events", {}),
    "an event of no payment": ("events", {"merchant_id": "nobody"}),
    "a message without its event": ("outbox", {"id": "x", "version": 99}),
    "the same message": ("outbox", {"version": 1}),
    "an event taken away from its message": "DELETE FROM pkr_events",
    "a payment deleted under its attempts": "DELETE FROM pkr_payments",
    "a second stamp": ("meta", {"id": 2}),
    "a third kind of stamp": "UPDATE pkr_meta SET mode = 'dev'",
}


@pytest.fixture
def filled(url: str) -> Iterator[SqlStore]:
    store = open_store(url, Mode.TEST)
    payment = paid(a_payment(merchant_id="m", order="order"), gateway_id="imp")
    run(store.payments.add(with_refund(payment, refund_id="r", amount=1_000, at=NOON)))
    yield store
    store.close()


def statement(forbidden: str | tuple[str, dict[str, object]]) -> str:
    """Return an update as it is, or the copy of a table's first row with some values changed."""
    if isinstance(forbidden, str):
        return forbidden
    name, changes = forbidden
    table = metadata.tables[PREFIX + name]
    values = [repr(changes[name]) if name in changes else f'"{name}"' for name in table.columns.keys()]  # noqa: SIM118
    return f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} LIMIT 1"  # noqa: S608 - our own words


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses(filled: SqlStore, what: str) -> None:
    def forbidden(connection: sa.Connection) -> None:
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(statement(FORBIDDEN[what]))
        connection.rollback()

    filled.database.write(forbidden)
