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
from support.patience import EVENTUALLY
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


@pytest.fixture
def impatient(migrated_url: str) -> Iterator[SqlStore]:
    """A store with one connection, which waits a quarter of a second for the server."""
    store = open_store(migrated_url, Mode.TEST, pool_size=1)
    object.__setattr__(store.database, "watching", Watchdog(0.25).watching)
    yield store
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


def test_a_call_to_a_frozen_server_ends_and_the_next_one_succeeds(impatient: SqlStore, migrated_url: str) -> None:
    payment = a_payment()
    run(impatient.payments.add(payment))
    with frozen(migrated_url):
        found = run(impatient.payments.get(payment.merchant_id))  # by a new connection, after the old one was ended
    assert found == attrs.evolve(payment, new_events=found.new_events)


def test_a_change_that_a_frozen_server_does_not_answer_is_unknown(impatient: SqlStore, migrated_url: str) -> None:
    """It may be stored, so it is never repeated by itself."""
    tries = []

    def work(connection: sa.Connection) -> None:
        tries.append(connection.execute(sa.update(payments).values(checks=1)).rowcount)
        thaw.enter_context(frozen(migrated_url))

    with contextlib.ExitStack() as thaw, pytest.raises(StorageUnavailable, match="unknown whether"):
        impatient.database.write(work)
    assert len(tries) == 1


def test_a_quick_call_is_left_alone(impatient: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(watchdog._log, "warning", lambda *_: ended.set())
    for _ in range(20):
        assert run(impatient.health()) is None
    assert not ended.is_set()


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
