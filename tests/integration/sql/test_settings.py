"""The settings of each database: safe ones are in effect, and unsafe ones are refused at the start."""

import contextlib
import sqlite3
import sys

import pytest
import sqlalchemy as sa
from builders import a_payment, paid

from payments.adapters.sql.engine import connecting as engine
from payments.adapters.sql.engine import sqlite
from payments.adapters.sql.engine.failures import UnsafeSettings
from payments.adapters.sql.engine.sqlite import journal_mode
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.errors import BadInput, StorageUnavailable
from payments.domain.values import Mode
from payments.entrypoints.blocking import run


def setting(store: SqlStore, statement: str) -> object:
    return store.database.read(lambda connection: connection.exec_driver_sql(statement).scalar())


@pytest.mark.parametrize(
    ("library", "mode"),
    [
        ((3, 40, 1), "delete"),  # Debian 12
        ((3, 44, 5), "delete"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "delete"),
        ((3, 50, 6), "delete"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "delete"),
        ((3, 51, 3), "wal"),
        ((3, 52, 0), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_write_ahead_logging_is_used_only_where_the_library_is_safe(library: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(library) == mode


def test_sqlite_is_safe(sqlite_store: SqlStore) -> None:
    expected = {"wal": 2, "delete": 3}[str(setting(sqlite_store, "PRAGMA journal_mode"))]
    assert setting(sqlite_store, "PRAGMA synchronous") == expected
    assert setting(sqlite_store, "PRAGMA foreign_keys") == 1
    assert setting(sqlite_store, "PRAGMA busy_timeout") == 5_000


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_file_gets_the_journal_mode_that_is_safe_here(
    sqlite_url: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been made by a newer library, or an older one."""
    other = {"wal": "delete", "delete": "wal"}[mode]
    file = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    file.execute(f"PRAGMA journal_mode = {other}")
    file.close()
    monkeypatch.setattr(sqlite, "journal_mode", lambda _: mode)
    store = open_store(sqlite_url, Mode.TEST)
    assert setting(store, "PRAGMA journal_mode") == mode
    store.close()


def test_a_write_takes_the_lock_before_it_reads(sqlite_store: SqlStore) -> None:
    """Fails with a transaction that begins at its first write, which loses what others wrote since it read."""
    other = sqlite3.connect(str(sqlite_store.database.engine.url.database), timeout=0)

    def reading(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT 1").all()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("UPDATE pkr_meta SET id = 1")

    sqlite_store.database.write(reading)
    other.close()


def test_sqlite_that_is_not_safe_is_refused(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network file system that answers every PRAGMA and heeds none."""
    connect = engine.connect

    def heedless(url: sa.URL, pool_size: int):
        database = connect(url, pool_size)
        sa.event.listen(database.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous = OFF"))
        return database

    monkeypatch.setattr(sys.modules[open_store.__module__], "connect", heedless)
    with pytest.raises(UnsafeSettings, match="synchronous"):
        open_store(sqlite_url, Mode.TEST)


def test_postgresql_is_safe(postgresql_store: SqlStore) -> None:
    """The server of the tests has synchronous_commit off, for speed: our sessions turn it on."""
    wanted = {"lock_timeout": "2s", "statement_timeout": "5s", "TimeZone": "UTC", "synchronous_commit": "on"}
    assert {name: setting(postgresql_store, f"SHOW {name}") for name in wanted} == wanted

    def isolation(connection: sa.Connection) -> object:
        return connection.exec_driver_sql("SHOW transaction_isolation").scalar()

    assert postgresql_store.database.write(isolation) == "read committed"


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_postgresql_that_cannot_hold_every_text_is_refused(postgresql_server, encoding: str) -> None:
    name = f"encoded_{encoding.lower()}"
    postgres = sa.create_engine(postgresql_server.url("postgres"), isolation_level="AUTOCOMMIT")
    with postgres.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    postgres.dispose()
    with pytest.raises(UnsafeSettings, match="server_encoding"):
        open_store(postgresql_server.url(name), Mode.TEST, create=True)
    postgresql_server.drop_database(name)


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "mysql://u:sesame@h/d", "sesame"),
        "postgresql://u:sesame@h:port/d",
    ],
)
def test_a_database_that_cannot_keep_payments_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        open_store(url, Mode.TEST, create=True)
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all.db", "postgresql://someone:sesame@127.0.0.1:1/payments", "postgres:///x?host=/none"],
)
def test_an_unreachable_database_is_reported_without_its_password(url: str) -> None:
    with pytest.raises(StorageUnavailable, match="Nothing was stored") as refused:
        open_store(url, Mode.TEST, create=True)
    assert "sesame" not in str(refused.value) + str(refused.value.__cause__)


@pytest.mark.skipif(journal_mode(sqlite3.sqlite_version_info) == "wal", reason="this SQLite may use WAL")
def test_a_file_that_another_program_switches_to_wal_is_not_written_by_an_older_library(
    sqlite_store: SqlStore, sqlite_url: str
) -> None:
    """Its open connections would follow without an error, and could lose what they commit."""
    known = run(sqlite_store.payments.add(a_payment()))
    with contextlib.closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        assert other.execute("PRAGMA journal_mode = wal").fetchone() == ("wal",)
        other.execute("UPDATE pkr_meta SET id = 1")
        other.commit()
        with pytest.raises(StorageUnavailable, match="WAL"):
            run(sqlite_store.payments.update(known.merchant_id, paid))
    assert run(sqlite_store.payments.get(known.merchant_id)) == known
