"""Opening a store: `open_store(url, mode)` gives everything that is kept, on SQLite or PostgreSQL.

A database is stamped with its mode when it is first opened; opened with the other mode it is refused.
"""

from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.connecting import check_settings, connect, parse
from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.engine.failures import WrongMode
from payments.adapters.sql.payments.repository import SqlPayments
from payments.adapters.sql.schema.side_tables import meta
from payments.adapters.sql.schema.upgrading import check_schema, revision, upgrade
from payments.adapters.sql.side.access import SqlApiKeys, SqlIdempotencyKeys
from payments.adapters.sql.side.outbox import SqlOutbox
from payments.domain.errors import PaymentsError
from payments.domain.values import Mode

_STAMP: Final = {
    "sqlite": insert_sqlite(meta).on_conflict_do_nothing(),
    "postgresql": insert_postgresql(meta).on_conflict_do_nothing(),
}
_MODE: Final = sa.select(meta.c.mode)
_TOUCH: Final = sa.update(meta).values(id=1)


@attrs.frozen(kw_only=True)
class SqlStore:
    """Everything that is kept, in one database; any number of threads and processes may use it at once."""

    database: Database
    payments: SqlPayments
    outbox: SqlOutbox
    api_keys: SqlApiKeys
    idempotency_keys: SqlIdempotencyKeys

    async def health(self) -> str | None:
        """Return what keeps the database from being used, as a sentence; None where it is writable and current."""
        try:
            self.database.read(check_schema)
            self.database.write(lambda connection: connection.execute(_TOUCH))
        except PaymentsError as error:
            return str(error)
        return None

    def close(self) -> None:
        """Give all connections back."""
        self.database.engine.dispose()


def open_store(url: str, mode: Mode, *, create: bool = False, pool_size: int = 20) -> SqlStore:
    """Return the store at *url*, for at most *pool_size* calls at a time.

    With *create*, tables are made where the database has none; older tables are never changed here. Raises BadInput,
    StorageUnavailable, or a StoreRefused: WrongMode, WrongSchema, UnsafeSettings.
    """
    database = connect(parse(url), pool_size)
    try:
        check_settings(database)
        if create and database.read(revision) is None:
            upgrade(url)
        database.read(check_schema)
        _check_mode(database, mode)
    except BaseException:
        database.engine.dispose()
        raise
    return SqlStore(
        database=database,
        payments=SqlPayments(database),
        outbox=SqlOutbox(database),
        api_keys=SqlApiKeys(database),
        idempotency_keys=SqlIdempotencyKeys(database),
    )


def _check_mode(database: Database, mode: Mode) -> None:
    stamp = _STAMP[database.engine.dialect.name]
    database.write(lambda connection: connection.execute(stamp, {"id": 1, "mode": mode}))
    found = database.read(lambda connection: connection.execute(_MODE).scalar_one())
    if found != mode:
        raise WrongMode(f"This database keeps {found} payments and cannot be opened for {mode} ones.")
