"""open_store(url, mode) opens everything that is stored, on SQLite or PostgreSQL.

The first time a database is opened, its mode and a prefix of merchant ids are recorded; another mode is an error then.
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

_RECORD_MODE: Final = {
    "sqlite": insert_sqlite(meta).on_conflict_do_nothing(),
    "postgresql": insert_postgresql(meta).on_conflict_do_nothing(),
}
_RECORDED: Final = sa.select(meta.c.mode, meta.c.prefix)
_PREFIX_ALPHABET: Final = string.ascii_lowercase + string.digits
_PREFIX_LENGTH: Final = 4
"""Random characters of a prefix: enough to tell the installations on one account apart."""
_CHECK_WRITABLE: Final = sa.update(meta).values(id=1)


@attrs.frozen(kw_only=True)
class SqlStore:
    """Everything that is stored, in one database. Any number of threads and processes may use it at once."""

    database: Database
    payments: SqlPayments
    orphans: SqlOrphans
    outbox: SqlOutbox
    api_keys: SqlApiKeys
    idempotency_keys: SqlIdempotencyKeys
    prefix: str

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


def open_store(url: str, mode: Mode, *, create: bool = False, pool_size: int = 20, prefix: str = "") -> SqlStore:
    """Return the store at *url* for at most *pool_size* calls at a time.

    *prefix* is this installation's prefix of merchant ids; without one, a prefix is drawn once and stored.

    With *create*, tables are created if the database has none; older tables are never upgraded here. Raises BadInput,
    StorageUnavailable, or a StoreRefused: WrongMode, WrongSchema, UnsafeSettings.
    """
    database = connect(parse(url), pool_size)
    try:
        check_settings(database)
        if create and database.read(revision) is None:
            upgrade(url)
        database.read(check_schema)
        stored_prefix = _recorded_prefix(database, mode)
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


def _recorded_prefix(database: Database, mode: Mode) -> str:
    """Record mode and prefix of a new database, and return the recorded prefix. Raises WrongMode."""
    statement = _RECORD_MODE[database.engine.dialect.name]
    drawn = "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(_PREFIX_LENGTH)) + "-"
    database.write(lambda connection: connection.execute(statement, {"id": 1, "mode": mode, "prefix": drawn}))
    found, prefix = database.read(lambda connection: connection.execute(_RECORDED).one())
    if found != mode:
        raise WrongMode(f"This database holds {found} payments. It cannot be opened in mode {mode}.")
    return str(prefix)
