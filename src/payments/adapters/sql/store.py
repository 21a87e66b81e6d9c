"""open_store(url, mode) opens everything that is stored, on SQLite or PostgreSQL.

The first time a database is opened, its mode and a prefix of merchant ids are recorded; another mode is an error then.
"""

import secrets
import string
from collections.abc import Callable, Mapping
from typing import Final

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from payments.adapters.sql.backlog import SqlBacklog
from payments.adapters.sql.engine.batches import Batches, uncounted
from payments.adapters.sql.engine.connecting import check_exists, check_settings, connect, create_file, parse
from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.engine.failures import WrongMode
from payments.adapters.sql.engine.fronts import BlockingFront, Front
from payments.adapters.sql.engine.loop_front import MOST_TOGETHER, MOST_WAITING, LoopFront
from payments.adapters.sql.engine.server_clock import check_clock
from payments.adapters.sql.ledger import SqlLedger
from payments.adapters.sql.payments.orphans import SqlOrphans
from payments.adapters.sql.payments.repository import SqlPayments
from payments.adapters.sql.payments.together import read_together, write_together
from payments.adapters.sql.schema.describing import described
from payments.adapters.sql.schema.side_tables import meta
from payments.adapters.sql.schema.upgrading import check_schema, revision, upgrade
from payments.adapters.sql.side.access import SqlApiKeys, SqlIdempotencyKeys
from payments.adapters.sql.side.comparisons import COMPARISONS
from payments.adapters.sql.side.hints import SqlHints
from payments.adapters.sql.side.latest import Latest
from payments.adapters.sql.side.outbox import SqlOutbox
from payments.adapters.sql.side.people import SqlPeople
from payments.adapters.sql.side.settlements import SETTLEMENTS
from payments.domain.books.comparison import Comparison
from payments.domain.books.settlement import Settlement
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
    """Everything that is stored, in one database. Any number of threads and processes may use it at once.

    Its calls block. Those of the store that `on_loop` returns suspend, and only one event loop may use that one.
    """

    database: Database
    front: Front
    payments: SqlPayments
    orphans: SqlOrphans
    outbox: SqlOutbox
    api_keys: SqlApiKeys
    idempotency_keys: SqlIdempotencyKeys
    hints: SqlHints
    backlog: SqlBacklog
    ledger: SqlLedger
    comparisons: Latest[Comparison]
    settlements: Latest[Settlement]
    people: SqlPeople
    prefix: str

    async def health(self) -> PaymentsError | None:
        """Return why the database cannot be used, or None if it is writable and up to date."""
        try:
            await self.front.read(check_schema)
            await self.front.read(check_clock)
            await self.front.write(lambda connection: connection.execute(_CHECK_WRITABLE))
        except PaymentsError as error:
            return error
        return None

    async def about(self) -> Mapping[str, str]:
        """Return what the database is: `system`, `schema`, `mode` and `prefix`. Raises StorageUnavailable."""
        return await self.front.read(described)

    def close(self) -> None:
        """Finish the calls that were accepted, and close all connections."""
        self.front.close()
        self.database.engine.dispose()

    def on_loop(
        self,
        *,
        most_together: int = MOST_TOGETHER,
        most_waiting: int = MOST_WAITING,
        count_group: Callable[[int], None] = uncounted,
    ) -> "SqlStore":
        """Return this store for an event loop: what waits is executed and committed together. Close it first.

        At most *most_together* calls make one transaction. Where *most_waiting* wait, further ones raise StorageBusy.
        *count_group* is called with the number of changes of each transaction, in the thread that committed it.
        """
        batches = self.batches(count_group)
        return self.over(LoopFront(batches, most_together=most_together, most_waiting=most_waiting))

    def batches(self, count_group: Callable[[int], None] = uncounted) -> Batches:
        """Return what executes many calls of this store together."""
        return Batches(
            database=self.database,
            write_together=write_together,
            read_together=read_together,
            count_group=count_group,
        )

    def over(self, front: Front) -> "SqlStore":
        """Return this store for calls through *front*."""
        return _store(self.database, front, self.prefix)


def open_store(url: str, mode: Mode, *, create: bool = False, pool_size: int = 20, prefix: str = "") -> SqlStore:
    """Return the store at *url* for at most *pool_size* calls at a time.

    *prefix* is this installation's prefix of merchant ids; without one, a prefix is drawn once and stored.

    With *create*, tables are created if the database has none; older tables are never upgraded here. Raises BadInput,
    StorageUnavailable, or a StoreRefused: NoDatabase, WrongMode, WrongSchema, UnsafeSettings, WrongClock.
    """
    address = parse(url)
    if create:
        create_file(address)
    check_exists(address)
    database = connect(address, pool_size)
    try:
        check_settings(database)
        if create and database.read(revision) is None:
            upgrade(url)
        database.read(check_schema)
        stored_prefix = _recorded_prefix(database, mode)
    except BaseException:
        database.engine.dispose()
        raise
    return _store(database, BlockingFront(database), prefix or stored_prefix)


def _store(database: Database, front: Front, prefix: str) -> SqlStore:
    return SqlStore(
        database=database,
        front=front,
        payments=SqlPayments(front),
        orphans=SqlOrphans(front),
        outbox=SqlOutbox(front),
        api_keys=SqlApiKeys(front),
        idempotency_keys=SqlIdempotencyKeys(front),
        hints=SqlHints(front),
        backlog=SqlBacklog(front),
        ledger=SqlLedger(front),
        comparisons=Latest(front, COMPARISONS),
        settlements=Latest(front, SETTLEMENTS),
        people=SqlPeople.over(front),
        prefix=prefix,
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
