"""SQLite with settings under which it loses no acknowledged data, also when several processes use one file.

Python's own transactions begin at the first write, so two that read first and write later lose an update without any
error. Here every write transaction takes the write lock when it begins. Write-ahead logging is the fast mode, but
older libraries can lose committed writes in it, so they get the rollback journal. SQLite polls for the lock of the
file, so the writers of one process first queue for a lock of their own: this makes the slowest ones much faster.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
import sqlalchemy.event
from sqlalchemy.pool import NullPool

from payments.adapters.sql.engine.database import MAX_WAIT_SECONDS, Database, pool_options
from payments.adapters.sql.engine.failures import NoDatabase, UnsafeSettings
from payments.adapters.sql.engine.fair_lock import FairLock
from payments.adapters.sql.engine.forks import renewed_after_fork
from payments.domain.errors import BadInput, StorageUnavailable

BEGIN: Final = "sqlite_begin"
"""The execution option that sets how a transaction begins; without it, each statement is its own transaction."""

_SYNCHRONOUS: Final = {"wal": 2, "delete": 3}  # FULL, EXTRA
_write_locks: dict[str, FairLock] = {}
_write_locks_guard = threading.Lock()


def open_sqlite(url: sa.URL, pool_size: int) -> Database:
    """Return the database in a file. Raises BadInput if *url* does not name a file."""
    engine = renewed_after_fork(_engine(url, pool_options(pool_size)))
    return Database(
        engine=engine,
        reading=engine,
        writing=engine.execution_options(**{BEGIN: "IMMEDIATE"}),
        write_lock=_write_lock(str(url.database)),
        readers_wait=journal_mode(sqlite3.sqlite_version_info) == "delete",
    )


def migrating_engine(url: sa.URL) -> sa.Engine:
    """Return an engine for changes of the schema. Foreign keys are off: a rebuilt table looks like deleted rows."""
    return _engine(url, {"poolclass": NullPool}, foreign_keys=False).execution_options(**{BEGIN: "IMMEDIATE"})


def journal_mode(library: tuple[int, int, int]) -> str:
    """Return the fastest safe journal mode for this version of the library."""
    fixed = library >= (3, 51, 3) or (3, 50, 7) <= library < (3, 51, 0) or (3, 44, 6) <= library < (3, 45, 0)
    return "wal" if fixed else "delete"


def check_sqlite(connection: sa.Connection) -> None:
    """Raise UnsafeSettings unless the settings are in effect; a network file system may ignore them silently."""
    journal = journal_mode(sqlite3.sqlite_version_info)
    wanted = {"journal_mode": journal, "synchronous": _SYNCHRONOUS[journal], "foreign_keys": 1}
    for name, value in (wanted | {"busy_timeout": int(MAX_WAIT_SECONDS * 1000)}).items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if found != value:
            raise UnsafeSettings(f"SQLite's {name} is {found}, but must be {value}. Nothing was read or stored.")


def create_file(url: sa.URL) -> None:
    """Create the file if there is none, readable and writable by its owner alone. Raises StorageUnavailable."""
    _check_file(url)
    try:
        os.close(os.open(str(url.database), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StorageUnavailable(
            f"The database file cannot be created: {error.strerror}. Nothing was stored."
        ) from None


def check_file(url: sa.URL) -> None:
    """Take the file's permissions for others away. Raises NoDatabase if it does not exist."""
    _check_file(url)
    path = Path(str(url.database))
    try:
        mode = path.stat().st_mode
    except OSError:
        raise NoDatabase(f"There is no database file {path}. `payments db upgrade` creates one.") from None
    if mode & 0o077 and mode & 0o600 == 0o600:
        with contextlib.suppress(PermissionError):  # another user's file, which the administrator shares on purpose
            path.chmod(mode & 0o700)


def _check_file(url: sa.URL) -> None:
    if not url.database or url.database == ":memory:" or "mode" in url.query:
        raise BadInput("An SQLite database must be a file: sqlite:///payments.db. For tests, use memory://.")


def _opening(url: sa.URL) -> Callable[[], sqlite3.Connection]:
    """Return what opens the file; one that does not exist is an error, never an empty database."""
    address = f"{Path(str(url.database)).absolute().as_uri()}?mode=rw"
    return lambda: sqlite3.connect(address, uri=True, timeout=MAX_WAIT_SECONDS, check_same_thread=False)


def _engine(url: sa.URL, pool: dict[str, Any], *, foreign_keys: bool = True) -> sa.Engine:
    _check_file(url)
    older = journal_mode(sqlite3.sqlite_version_info) == "delete"
    engine = sa.create_engine(url, creator=_opening(url), hide_parameters=True, **pool)

    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        journal = journal_mode(sqlite3.sqlite_version_info)
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != journal:
            connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[journal]}")
        connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
        connection.execute("PRAGMA fullfsync = 1")  # on macOS a plain fsync stops at the disk's cache

    def begins(connection: sa.Connection) -> None:
        if how := connection.get_execution_options().get(BEGIN):
            connection.exec_driver_sql(f"BEGIN {how}")
            if older:
                _check_journal(connection)

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begins)
    return engine


def _check_journal(connection: sa.Connection) -> None:
    """Raise StorageUnavailable if another program switched the file to WAL: open connections follow silently."""
    driver: Any = connection.connection.driver_connection
    if driver.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        raise StorageUnavailable(
            f"Another program switched this database to WAL, in which SQLite {sqlite3.sqlite_version} can lose "
            "committed writes. Nothing was stored. Use one SQLite, 3.51.3 or newer, in all programs."
        )


def _write_lock(path: str) -> FairLock:
    """Return the lock that all stores of this process on this file share."""
    with _write_locks_guard:
        return _write_locks.setdefault(str(Path(path).resolve()), FairLock())
