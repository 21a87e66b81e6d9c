"""Moving everything from one database to another, say from SQLite to PostgreSQL when a shop outgrows one machine.

The source is read as of one moment, the target written in one transaction; before that is committed the target is read
back and compared: rows, sums of money, and a checksum of every table. Stop the shop before, for what it stores in the
source afterwards is not copied.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.connecting import check_settings, connect, parse
from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.engine.failures import StoreRefused
from payments.adapters.sql.schema.naming import metadata
from payments.adapters.sql.schema.side_tables import meta
from payments.adapters.sql.schema.tables import attempts, payments, refunds
from payments.adapters.sql.schema.upgrading import check_schema, revision, upgrade

Progress = Callable[[str, int], None]
"""Is told the table and how many of its rows have been copied, a thousand at a time."""

BATCH: Final = 1_000
_UNHURRIED: Final = "SET LOCAL statement_timeout = 0"
_MONEY: Final = {  # what is summed, and by what
    payments.name: (("status", "currency"), ("price",)),
    attempts.name: (("disposition", "currency"), ("amount", "refunded")),
    refunds.name: (("status",), ("amount",)),
}


class NotEmpty(StoreRefused):
    """The target holds something already."""

    slug = "store-not-empty"


class CopyDiffers(StoreRefused):
    """What was read back is not what was written. Nothing was kept of it."""

    slug = "store-copy-differs"


@attrs.define
class Tally:
    """What of a table must be the same on both sides, whatever the order of its rows."""

    rows: int = 0
    checksum: int = 0
    sums: Counter[tuple[Any, ...]] = attrs.field(factory=Counter)

    def add(self, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
        """Count more rows in."""
        by, amounts = _MONEY.get(table.name, ((), ()))
        for row in rows:
            self.rows += 1
            self.checksum += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
            group = tuple(getattr(row, column) for column in by)
            for amount in amounts:
                self.sums[amount, *group] += getattr(row, amount)


def copy_database(source_url: str, target_url: str, progress: Progress = lambda _table, _rows: None) -> dict[str, int]:
    """Copy all tables into an empty database and return how many rows each has; the target gets its tables if need be.

    Raises NotEmpty, CopyDiffers, WrongSchema, UnsafeSettings, BadInput or StorageUnavailable; then nothing was copied.
    """
    source, target = connect(parse(source_url), 1), connect(parse(target_url), 1)
    try:
        for database in (source, target):
            check_settings(database)
        source.read(check_schema)
        if target.read(revision) is None:
            upgrade(target_url)
        target.read(check_schema)
        return target.write(lambda connection: _copied(source, connection, progress))
    finally:
        source.engine.dispose()
        target.engine.dispose()


def _copied(source: Database, target: sa.Connection, progress: Progress) -> dict[str, int]:
    _hurry_not(target)
    _check_empty(target)
    with _one_moment(source) as reader:
        read = {table.name: _copy_table(table, reader, target, progress) for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        if _tally(table, target) != read[table.name]:
            raise CopyDiffers(f"The copy of {table.name} differs from its source. Nothing was kept of the copy.")
    return {name: tally.rows for name, tally in read.items()}


def _check_empty(connection: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise NotEmpty(
                f"The target's table {table.name} is not empty. Nothing was copied. Name a database without payments."
            )


def _copy_table(table: sa.Table, source: sa.Connection, target: sa.Connection, progress: Progress) -> Tally:
    tally = Tally()
    with _rows(table, source) as batches:
        for rows in batches:
            target.execute(sa.insert(table), [row._asdict() for row in rows])
            tally.add(table, rows)
            progress(table.name, tally.rows)
    return tally


def _tally(table: sa.Table, connection: sa.Connection) -> Tally:
    tally = Tally()
    with _rows(table, connection) as batches:
        for rows in batches:
            tally.add(table, rows)
    return tally


@contextmanager
def _rows(table: sa.Table, connection: sa.Connection) -> Iterator[Iterator[Sequence[sa.Row[Any]]]]:
    """Read a table a thousand rows at a time."""
    with connection.execute(sa.select(table), execution_options={"yield_per": BATCH}) as result:
        yield result.partitions()


@contextmanager
def _one_moment(source: Database) -> Iterator[sa.Connection]:
    """Read everything as it is at one moment; on SQLite, nobody can write there meanwhile."""
    is_postgresql = source.engine.dialect.name == "postgresql"
    engine = source.engine.execution_options(isolation_level="REPEATABLE READ") if is_postgresql else source.writing
    with engine.connect() as connection:
        _hurry_not(connection)
        connection.execute(sa.select(meta.c.id))  # its first statement fixes the moment
        yield connection


def _hurry_not(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_UNHURRIED)
