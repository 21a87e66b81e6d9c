"""Opening a store: `open_store(url, mode)` gives everything that is kept, on SQLite or PostgreSQL.

A database is stamped with its mode and a prefix of merchant ids when it is first opened.
"""

import secrets
import string
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.engine.connecting import check_settings, connect, parse
from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.engine.failures import WrongMode
from payments.adapters.sql.payments.orphans import SqlOrphans
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
_MODE: Final = sa.select(meta.c.mode, meta.c.prefix)
_LETTERS: Final = string.ascii_lowercase + string.digits
_DRAWN: Final = 4
"""Random characters of a prefix: enough to tell the installations on one account apart."""
_TOUCH: Final = sa.update(meta).values(id=1)


@attrs.frozen(kw_only=True)
class SqlStore:
    """Everything that is kept, in one database; any number of threads and processes may use it at once."""

    database: Database
    payments: SqlPayments
    orphans: SqlOrphans
    outbox: SqlOutbox
    api_keys: SqlApiKeys
    idempotency_keys: SqlIdempotencyKeys
    prefix: str

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


def open_store(url: str, mode: Mode, *, create: bool = False, pool_size: int = 20, prefix: str = "") -> SqlStore:
    """Return the store at *url*, for at most *pool_size* calls at a time.

    *prefix* is this installation's prefix of merchant ids; without one, a prefix is drawn once and stored.

    With *create*, tables are made where the database has none; older tables are never changed here. Raises BadInput,
    StorageUnavailable, or a StoreRefused: WrongMode, WrongSchema, UnsafeSettings.
    """
    database = connect(parse(url), pool_size)
    try:
        check_settings(database)
        if create and database.read(revision) is None:
            upgrade(url)
        database.read(check_schema)
        stored_prefix = _stamped(database, mode)
    except BaseException:
        database.engine.dispose()
        raise
    return SqlStore(
        database=database,
        payments=SqlPayments(database),
        orphans=SqlOrphans(database),
        outbox=SqlOutbox(database),
        api_keys=SqlApiKeys(database),
        idempotency_keys=SqlIdempotencyKeys(database),
        prefix=prefix or stored_prefix,
    )


def _stamped(database: Database, mode: Mode) -> str:
    """Stamp a new database with its mode and a prefix, and return the prefix. Raises WrongMode."""
    stamp = _STAMP[database.engine.dialect.name]
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(_DRAWN)) + "-"
    database.write(lambda connection: connection.execute(stamp, {"id": 1, "mode": mode, "prefix": drawn}))
    found, prefix = database.read(lambda connection: connection.execute(_MODE).one())
    if found != mode:
        raise WrongMode(f"This database holds {found} payments and cannot be opened for {mode} payments.")
    return str(prefix)
