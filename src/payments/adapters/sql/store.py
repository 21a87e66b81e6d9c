"""open_store(url, mode) opens everything that is stored, on SQLite or PostgreSQL.

The first time a database is opened, its mode is recorded; to open it with the other mode is an error.
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

_RECORD_MODE: Final = {
    "sqlite": insert_sqlite(meta).on_conflict_do_nothing(),
    "postgresql": insert_postgresql(meta).on_conflict_do_nothing(),
}
_RECORDED_MODE: Final = sa.select(meta.c.mode)
_CHECK_WRITABLE: Final = sa.update(meta).values(id=1)


@attrs.frozen(kw_only=True)
class SqlStore:
    """Everything that is stored, in one database. Any number of threads and processes may use it at once."""

    database: Database
    payments: SqlPayments
    outbox: SqlOutbox
    api_keys: SqlApiKeys
    idempotency_keys: SqlIdempotencyKeys

    async def health(self) -> str | None:
        """Return why the database cannot be used, as a sentence, or None if it is writable and up to date."""
        try:
            self.database.read(check_schema)
            self.database.write(lambda connection: connection.execute(_CHECK_WRITABLE))
        except PaymentsError as error:
            return str(error)
        return None

    def close(self) -> None:
        """Close all connections."""
        self.database.engine.dispose()


def open_store(url: str, mode: Mode, *, create: bool = False, pool_size: int = 20) -> SqlStore:
    """Return the store at *url* for at most *pool_size* calls at a time.

    With *create*, tables are created if the database has none; older tables are never upgraded here. Raises BadInput,
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
    statement = _RECORD_MODE[database.engine.dialect.name]
    database.write(lambda connection: connection.execute(statement, {"id": 1, "mode": mode}))
    found = database.read(lambda connection: connection.execute(_RECORDED_MODE).scalar_one())
    if found != mode:
        raise WrongMode(f"This database holds {found} payments. It cannot be opened in mode {mode}.")
