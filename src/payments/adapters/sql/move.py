"""Copies everything from one database to another, for example from SQLite to PostgreSQL when a shop grows.

The source is read in one snapshot, and the target is written in one transaction. Before the commit, the target is read
back and compared: rows, sums of money, and a checksum of every table. Stop the shop first, because what it stores in
the source after the snapshot is not copied.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.connecting import check_exists, check_settings, connect, create_file, parse
from payments.adapters.sql.engine.database import Database, unwatched
from payments.adapters.sql.engine.failures import StoreRefused
from payments.adapters.sql.schema.naming import metadata
from payments.adapters.sql.schema.side_tables import meta
from payments.adapters.sql.schema.tables import attempts, orphans, payments, refunds
from payments.adapters.sql.schema.upgrading import check_schema, revision, upgrade

Progress = Callable[[str, int], None]
"""Called with a table and the number of rows copied so far, after each batch."""

BATCH_ROWS: Final = 1_000
_NO_TIMEOUT: Final = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
_MONEY: Final = {  # table: the columns to group by, and the columns to sum
    payments.name: (("status", "currency"), ("price",)),
    attempts.name: (("disposition", "currency"), ("amount", "refunded", "outside")),
    refunds.name: (("status",), ("amount",)),
    orphans.name: (("currency",), ("amount", "refunded")),
}


class NotEmpty(StoreRefused):
    """The target has payments already."""

    slug = "store-not-empty"


class CopyDiffers(StoreRefused):
    """The copy differs from the source. Nothing of the copy was kept."""

    slug = "store-copy-differs"


@attrs.define
class Tally:
    """What must be equal on both sides, independent of the order of rows."""

    rows: int = 0
    checksum: int = 0
    sums: Counter[tuple[Any, ...]] = attrs.field(factory=Counter)

    def add(self, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
        """Add *rows* to the tally."""
        by, amounts = _MONEY.get(table.name, ((), ()))
        for row in rows:
            self.rows += 1
            self.checksum += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
            group = tuple(getattr(row, column) for column in by)
            for amount in amounts:
                self.sums[amount, *group] += getattr(row, amount)


def copy_database(source_url: str, target_url: str, progress: Progress = lambda _table, _rows: None) -> dict[str, int]:
    """Copy all tables into a database without payments, and return the number of rows of each.

    The target's tables are created if it has none. If anything is raised, nothing was copied: NotEmpty, CopyDiffers,
    NoDatabase, WrongSchema, UnsafeSettings, BadInput or StorageUnavailable.
    """
    check_exists(parse(source_url))
    create_file(parse(target_url))
    source, target = connect(parse(source_url), 1), connect(parse(target_url), 1)
    try:
        for database in (source, target):
            check_settings(database)
        source.read(check_schema)
        if target.read(revision) is None:
            upgrade(target_url)
        target.read(check_schema)
        target = attrs.evolve(target, watching=unwatched)  # copying takes as long as it takes
        return target.write(lambda connection: _copy(source, connection, progress))
    finally:
        source.engine.dispose()
        target.engine.dispose()


def _copy(source: Database, target: sa.Connection, progress: Progress) -> dict[str, int]:
    _disable_timeout(target)
    _check_empty(target)
    with _snapshot(source) as reader:
        read = {table.name: _copy_table(table, reader, target, progress) for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        if _tally(table, target) != read[table.name]:
            raise CopyDiffers(f"The copy of {table.name} differs from the source. Nothing of the copy was kept.")
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
    """Return the rows of a table in batches of at most BATCH_ROWS."""
    with connection.execute(sa.select(table), execution_options={"yield_per": BATCH_ROWS}) as result:
        yield result.partitions()


@contextmanager
def _snapshot(source: Database) -> Iterator[sa.Connection]:
    """Return a connection that reads one snapshot of the source; on SQLite, nobody can write to it meanwhile."""
    is_postgresql = source.engine.dialect.name == "postgresql"
    engine = source.engine.execution_options(isolation_level="REPEATABLE READ") if is_postgresql else source.writing
    with engine.connect() as connection:
        _disable_timeout(connection)
        connection.execute(sa.select(meta.c.id))  # the first statement takes the snapshot
        yield connection


def _disable_timeout(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_NO_TIMEOUT)
