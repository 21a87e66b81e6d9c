"""PostgreSQL that is stopped, and processes that are stopped while they hold locks: no caller waits for ever."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import attrs
import psycopg
import pytest
import sqlalchemy as sa
from builders import a_payment
from support.patience import EVENTUALLY, given_time
from support.postgres.server import Postgres

from payments.adapters.sql.engine import postgresql, watchdog
from payments.adapters.sql.engine.watchdog import Watchdog
from payments.adapters.sql.schema.tables import payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.errors import StorageUnavailable
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

pytestmark = pytest.mark.postgresql
OTHER = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@contextlib.contextmanager
def impatient(url: str, seconds: float) -> Iterator[SqlStore]:
    """A store with one connection, which waits so many seconds for the server."""
    store = open_store(url, Mode.TEST, pool_size=1)
    object.__setattr__(store.database, "watching", Watchdog(seconds).watching)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def frozen(url: str) -> Iterator[None]:
    """Stop the server processes of all other connections to this database."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as console:
        found = [pid for (pid,) in console.execute(OTHER).fetchall()]
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_a_call_to_a_frozen_server_ends_and_the_next_one_succeeds(migrated_url: str) -> None:
    def succeeds(seconds: float) -> None:
        payment = a_payment()
        with impatient(migrated_url, seconds) as store:
            run(store.payments.add(payment))
            with frozen(migrated_url):
                found = run(store.payments.get(payment.merchant_id))  # by a new connection, after the old one was ended
            assert found == attrs.evolve(payment, new_events=found.new_events)

    given_time(succeeds)


def test_a_change_that_a_frozen_server_does_not_answer_is_unknown(migrated_url: str) -> None:
    """It may be stored, so it is never repeated by itself."""

    def is_unknown(seconds: float) -> None:
        tries = []

        def work(connection: sa.Connection) -> None:
            tries.append(connection.execute(sa.update(payments).values(checks=1)).rowcount)
            thaw.enter_context(frozen(migrated_url))

        with impatient(migrated_url, seconds) as store:
            with contextlib.ExitStack() as thaw, pytest.raises(StorageUnavailable, match="unknown whether"):
                store.database.write(work)
            assert len(tries) == 1

    given_time(is_unknown)


def test_a_quick_call_is_left_alone(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_left_alone(seconds: float) -> None:
        ended = threading.Event()
        monkeypatch.setattr(watchdog._log, "warning", lambda *_: ended.set())
        with impatient(migrated_url, seconds) as store:
            for _ in range(20):
                assert run(store.health()) is None
        assert not ended.is_set()

    given_time(is_left_alone)


def test_a_stopped_process_gives_its_locks_back(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = "idle_in_transaction_session_timeout"
    monkeypatch.setitem(postgresql._SESSION, limit, "300ms")
    stopped, other = open_store(migrated_url, Mode.TEST), open_store(migrated_url, Mode.TEST)
    held, end = threading.Event(), threading.Event()

    def hold(connection: sa.Connection) -> None:
        connection.execute(sa.update(payments).values(checks=1))
        held.set()
        end.wait(EVENTUALLY)

    def forgotten() -> None:
        with contextlib.suppress(StorageUnavailable):
            stopped.database.write(hold)

    try:
        run(other.payments.add(a_payment()))
        thread = threading.Thread(target=forgotten)
        thread.start()
        assert held.wait(EVENTUALLY)
        other.database.write(lambda connection: connection.execute(sa.update(payments).values(checks=2)))
        end.set()
        thread.join(EVENTUALLY)
        assert not thread.is_alive()
    finally:
        end.set()
        stopped.close()
        other.close()


def test_it_is_set_on_every_connection(postgresql_store: SqlStore, postgresql_server: Postgres) -> None:
    setting = sa.text("SELECT current_setting('idle_in_transaction_session_timeout')")
    assert postgresql_store.database.read(lambda connection: connection.execute(setting).scalar_one()) == "10s"
