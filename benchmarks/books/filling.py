"""Makes books of millions of payments in minutes: the database makes the rows itself, before it has its indexes."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.payments.refund_rows import refund_row
from payments.adapters.sql.payments.rows import attempt_row, payment_row
from payments.adapters.sql.schema.tables import attempts, payments, refunds
from payments.domain.payment import Payment
from payments.testing.builders import a_payment, paid, told

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
BUYERS: Final = 400
DUE_EVERY: Final = 100
"""One payment in so many is awaited, and due; the others rest, as they do in a shop."""
REFUNDED_EVERY: Final = 10
"""One payment in so many has a refund of a part."""
FIRST_ID: Final = 10**12
"""Ids of one width."""
FIRST_APPROVAL: Final = 30_000_000
TOGETHER: Final = 250_000
Row = dict[str, Any]


def fill(url: str, size: int) -> None:
    """Add *size* payments, one begun in each second from START on."""
    engine = sa.create_engine(url)
    with _without_indexes(engine):
        for start in range(0, size, TOGETHER):
            with engine.begin() as connection:
                _hurry(connection)
                _insert(connection, start, min(start + TOGETHER, size))
    engine.dispose()


def uid(number: int) -> str:
    return f"bench_{FIRST_ID + number}"


@contextlib.contextmanager
def _without_indexes(engine: sa.Engine) -> Iterator[None]:
    """Drop the indexes that are no constraints, and make them afterwards: sorted at once, they are made faster."""
    indexes = [index for table in (payments, attempts, refunds) for index in table.indexes]
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    yield
    for index in indexes:
        with engine.begin() as connection:
            _hurry(connection)
            index.create(connection)


def _hurry(connection: sa.Connection) -> None:
    """Check no foreign keys and flush nothing; a crash would only cost the benchmark."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -1000000")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")


def _insert(connection: sa.Connection, start: int, end: int) -> None:
    numbers = sa.select(_big(start).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + _big(1)).where(numbers.c.n < _big(end - 1)))
    n = numbers.c.n
    is_paid, is_refunded = n % DUE_EVERY != 0, n % REFUNDED_EVERY == 1
    made = ((payments, _payment(connection, n), None), (attempts, _attempt(connection, n), is_paid))
    for table, row, which in (*made, (refunds, _refund(connection, n), is_refunded)):
        chosen = sa.select(*row.values())
        connection.execute(sa.insert(table).from_select(list(row), chosen if which is None else chosen.where(which)))


def _payment(connection: sa.Connection, n: sa.ColumnElement[int]) -> Row:
    begun = a_payment()
    awaited, captured, is_due = payment_row(begun), payment_row(paid(begun)), n % DUE_EVERY == 0
    at, buyer = _moment(connection, n), "buyer-" + sa.cast(n % BUYERS, sa.String)
    return {name: _either(is_due, payments.c[name], awaited[name], captured[name]) for name in awaited} | {
        "merchant_id": _uid(n),
        "buyer": buyer,
        "order_scope": buyer,
        "order_ref": "order-" + sa.cast(n, sa.String),
        "name": "thing " + sa.cast(n, sa.String) + " of the shop",
        "price": n + _big(1_000),
        "created_at": at,
        "due_at": sa.case((is_due, at)),
    }


def _attempt(connection: sa.Connection, n: sa.ColumnElement[int]) -> Row:
    captured, at = paid(a_payment()), _moment(connection, n)
    return _constant(attempts, attempt_row(captured, captured.attempts[0])) | {
        "merchant_id": _uid(n),
        "gateway_id": _gateway_id(n),
        "taken_at": at,
        "captured_at": at,
        "approval_number": sa.cast(n + _big(FIRST_APPROVAL), sa.String),
        "transaction_id": "tid-" + sa.cast(n, sa.String),
        "amount": n + _big(1_000),
        "refunded": sa.case((n % REFUNDED_EVERY == 1, n), else_=_big(0)),
    }


def _refund(connection: sa.Connection, n: sa.ColumnElement[int]) -> Row:
    moment = _moment(connection, n)
    return _constant(refunds, refund_row(_refunded(), 0)) | {
        "merchant_id": _uid(n),
        "gateway_id": _gateway_id(n),
        "amount": n,
        "remainder": n + _big(1_000),
        "requested_at": moment,
        "done_at": moment,
    }


def _refunded() -> Payment:
    captured = paid(a_payment())
    return told(captured, attrs.evolve(captured.attempts[0].report, refunded=1))


def _constant(table: sa.Table, row: Row) -> Row:
    return {name: sa.literal(value, table.c[name].type) for name, value in row.items()}


def _either(first: sa.ColumnElement[bool], column: sa.Column[Any], one: object, other: object) -> Any:
    if one == other:
        return sa.literal(one, column.type)
    return sa.case((first, sa.literal(one, column.type)), else_=sa.literal(other, column.type))


def _uid(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return "bench_" + sa.cast(number + _big(FIRST_ID), sa.String)


def _gateway_id(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return "imp_" + sa.cast(number + _big(FIRST_ID), sa.String)


def _moment(connection: sa.Connection, seconds: sa.ColumnElement[int]) -> Any:
    """Return the time so many seconds after the start, as the database stores it."""
    since_1970 = seconds + _big(int(START.timestamp()))
    if connection.dialect.name == "sqlite":
        return sa.func.strftime("%Y-%m-%d %H:%M:%S.000000", since_1970, "unixepoch")
    return sa.func.to_timestamp(since_1970)


def _big(number: int) -> sa.ColumnElement[int]:
    return sa.literal(number, sa.BigInteger)


def settle(url: str) -> None:
    """Do now what the database would do in the background after so many insertions, so that it disturbs no figure."""
    engine = sa.create_engine(url)
    chores = ("ANALYZE",) if engine.dialect.name == "sqlite" else ("VACUUM ANALYZE", "CHECKPOINT")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for chore in chores:
            connection.exec_driver_sql(chore)
    engine.dispose()
