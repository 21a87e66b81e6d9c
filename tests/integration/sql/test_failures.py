"""When the database fails: what is tried again, what is said, and that nothing is believed stored that is not."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import a_payment, paid
from support.postgres.server import Postgres

from payments.adapters.sql.engine.database import MAX_RETRIES
from payments.adapters.sql.schema.tables import payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.errors import ConcurrentUpdate, PaymentNotFound, StorageUnavailable
from payments.domain.values import Mode
from payments.entrypoints.blocking import run
from payments.testing.looking import outcome

GIVEN_UP = "DO $$ BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '{}'; END $$"
END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database()
"""
DIE_AT_COMMIT = """
CREATE SEQUENCE tries;
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM nextval('tries'); PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER die AFTER INSERT ON pkr_payments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION die();
"""


@pytest.fixture
def console(migrated_url: str) -> Iterator[sa.Connection]:
    """Somebody else at the same database."""
    engine = sa.create_engine(migrated_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_transaction_aborted_for_another_one_is_retried(postgresql_store: SqlStore, code: str) -> None:
    tries: list[int] = []

    def work(connection: sa.Connection) -> str:
        tries.append(1)
        if len(tries) <= MAX_RETRIES:
            connection.exec_driver_sql(GIVEN_UP.format(code))
        return "done"

    assert postgresql_store.database.write(work) == "done"
    assert len(tries) == MAX_RETRIES + 1


def test_after_five_retries_the_caller_must_decide(postgresql_store: SqlStore) -> None:
    tries: list[int] = []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        connection.exec_driver_sql(GIVEN_UP.format("40001"))

    with pytest.raises(ConcurrentUpdate, match="Nothing was stored"):
        postgresql_store.database.write(work)
    assert len(tries) == MAX_RETRIES + 1


def test_a_bug_is_neither_retried_nor_hidden(postgresql_store: SqlStore) -> None:
    tries: list[int] = []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        connection.exec_driver_sql("SELECT nonsense")

    with pytest.raises(sa.exc.ProgrammingError):
        postgresql_store.database.write(work)
    assert len(tries) == 1


def test_no_change_waits_for_a_held_row_without_end(postgresql_store: SqlStore, console: sa.Connection) -> None:
    payment = run(postgresql_store.payments.add(a_payment()))
    console.exec_driver_sql("BEGIN")
    console.exec_driver_sql("SELECT * FROM pkr_payments FOR UPDATE")
    with pytest.raises(ConcurrentUpdate, match="Nothing was stored"):
        run(postgresql_store.payments.update(payment.merchant_id, paid))
    console.exec_driver_sql("ROLLBACK")
    assert run(postgresql_store.payments.get(payment.merchant_id)) == payment


def test_a_claim_skips_locked_payments(postgresql_store: SqlStore, console: sa.Connection) -> None:
    """Fails without SKIP LOCKED: one slow change would stop every worker."""
    held, free = (run(postgresql_store.payments.add(a_payment())) for _ in range(2))
    console.exec_driver_sql("BEGIN")
    console.execute(sa.select(payments).where(payments.c.merchant_id == held.merchant_id).with_for_update())
    due = held.due_at
    assert due
    assert [p.merchant_id for p in run(postgresql_store.payments.claim(due, due, 10))] == [free.merchant_id]
    console.exec_driver_sql("ROLLBACK")


def test_a_locked_sqlite_file_is_waited_for_once(sqlite_store: SqlStore, sqlite_url: str) -> None:
    """Five seconds in all, not five for each try."""
    payment = run(sqlite_store.payments.add(a_payment()))
    other = sa.create_engine(sqlite_url)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        tries: list[object] = []
        sa.event.listen(sqlite_store.database.writing, "begin", tries.append)
        with pytest.raises(ConcurrentUpdate, match="Nothing was stored"):
            run(sqlite_store.payments.update(payment.merchant_id, paid))
        assert len(tries) == 1
        assert run(sqlite_store.payments.get(payment.merchant_id)) == payment  # reading goes on
        connection.exec_driver_sql("ROLLBACK")
    other.dispose()
    assert run(sqlite_store.payments.update(payment.merchant_id, paid)).version == 2


def test_connections_that_the_server_has_cut_are_replaced(postgresql_store: SqlStore, console: sa.Connection) -> None:
    """A restart of the server costs no request."""
    payment = run(postgresql_store.payments.add(a_payment()))
    for ask in (
        lambda: run(postgresql_store.payments.get(payment.merchant_id)),
        lambda: run(postgresql_store.payments.update(payment.merchant_id, lambda same: same)),
    ):
        console.exec_driver_sql(END_SESSIONS)
        assert ask() == payment


def test_a_commit_without_an_answer_is_unknown(postgresql_store: SqlStore, console: sa.Connection) -> None:
    """Fails where it is run again, which could store it twice, or called certain."""
    console.exec_driver_sql(DIE_AT_COMMIT)
    with pytest.raises(StorageUnavailable, match="unknown"):
        run(postgresql_store.payments.add(a_payment()))
    assert console.exec_driver_sql("SELECT last_value FROM tries").scalar() == 1


def test_a_crashed_server_is_reported_and_used_again_after_its_restart(crashable_postgresql: Postgres) -> None:
    url = crashable_postgresql.url(crashable_postgresql.create_database())
    store = open_store(url, Mode.TEST, create=True)
    payment = run(store.payments.add(a_payment()))
    crashable_postgresql.crash()
    for ask in (store.payments.get(payment.merchant_id), store.payments.update(payment.merchant_id, paid)):
        assert isinstance(outcome(ask), StorageUnavailable)
    assert run(store.health())
    crashable_postgresql.start()
    assert run(store.payments.get(payment.merchant_id)) == payment
    assert run(store.health()) is None
    store.close()


def test_readiness_asks_whether_it_can_write(postgresql_store: SqlStore, console: sa.Connection) -> None:
    """A standby, or a server whose disk is full, answers every question and stores nothing."""
    assert run(postgresql_store.health()) is None
    name = console.exec_driver_sql("SELECT current_database()").scalar()
    console.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    console.exec_driver_sql(END_SESSIONS)
    assert "cannot be used" in str(run(postgresql_store.health()))


def test_an_error_does_not_contain_stored_values(store) -> None:
    """Neither statements nor values get out with an error."""
    payment = run(store.payments.add(a_payment(buyer="secret-buyer", order="secret-order")))
    error = outcome(store.payments.add(a_payment(merchant_id=payment.merchant_id, buyer="secret-buyer")))
    assert "secret" not in f"{error}{error!r}"
    assert "secret" not in f"{outcome(store.payments.get('nobody'))}"
    assert isinstance(outcome(store.payments.get("nobody")), PaymentNotFound)


def test_calls_without_a_free_connection_end(sqlite_url: str) -> None:
    """Fails where a call waits for ever for one of the pool's."""
    store = open_store(sqlite_url, Mode.TEST, pool_size=1)
    with store.database.engine.connect(), pytest.raises(StorageUnavailable):
        run(store.payments.reconciled_until())
    store.close()
