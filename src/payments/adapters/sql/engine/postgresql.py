"""PostgreSQL through psycopg 3: READ COMMITTED, rows are locked before they are changed, and every wait is bounded."""

import logging
from typing import Any, Final

import sqlalchemy as sa
import sqlalchemy.event
from sqlalchemy.pool import NullPool

from payments.adapters.sql.engine.database import Database, pool_options
from payments.adapters.sql.engine.failures import UnsafeSettings
from payments.adapters.sql.engine.forks import renewed_after_fork
from payments.adapters.sql.engine.watchdog import Watchdog

OLDEST_VERSION: Final = 130000
_SESSION: Final = {
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",  # a stopped process gives its row locks back
    "TimeZone": "UTC",
}
_CONNECTION: Final[dict[str, Any]] = {  # notices a server that vanished in seconds; by default it takes 15 minutes
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "payments",
    "client_encoding": "utf8",
}
_log = logging.getLogger(__name__)


def open_postgresql(url: sa.URL, pool_size: int) -> Database:
    """Return the database at *url*; nothing is connected yet."""
    engine = renewed_after_fork(_engine(url, pool_options(pool_size)))
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")  # saves the round trips of BEGIN and COMMIT
    return Database(engine=engine, reading=reading, writing=engine, write_lock=None, watching=Watchdog().watching)


def migrating_engine(url: sa.URL) -> sa.Engine:
    """Return an engine for changes of the schema."""
    return _engine(url, {"poolclass": NullPool})


def check_postgresql(connection: sa.Connection) -> None:
    """Raise UnsafeSettings unless the server keeps what it acknowledges and stores text as UTF-8."""
    for name, value in {**_SESSION, "server_encoding": "UTF8", "transaction_isolation": "read committed"}.items():
        if (found := _setting(connection, name)) != value:
            raise UnsafeSettings(f"PostgreSQL's {name} is {found}, but must be {value}. Nothing was read or stored.")
    if int(_setting(connection, "server_version_num")) < OLDEST_VERSION:
        raise UnsafeSettings("PostgreSQL must be version 13 or newer. Nothing was read or stored.")
    if _setting(connection, "synchronous_commit") == "off":
        raise UnsafeSettings("PostgreSQL's synchronous_commit is off: a crash would lose acknowledged payments.")
    if _setting(connection, "fsync") == "off":
        _log.warning("PostgreSQL's fsync is off: a power failure can lose acknowledged payments")


def _setting(connection: sa.Connection, name: str) -> str:
    return str(connection.execute(sa.select(sa.func.current_setting(name))).scalar_one())


def _engine(url: sa.URL, pool: dict[str, Any]) -> sa.Engine:
    ours = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=ours,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        **pool,
    )
    sa.event.listen(engine, "connect", _set_session)
    return engine


def _set_session(connection: Any, _: object) -> None:
    for name, value in _SESSION.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()
