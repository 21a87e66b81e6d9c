"""A shop may keep its own tables in the same database, named as ours would be without their prefix."""

import pytest
import sqlalchemy as sa
from builders import a_payment

from payments.adapters.sql.move import copy_database
from payments.adapters.sql.schema.naming import PREFIX, SCHEMA
from payments.adapters.sql.schema.upgrading import upgrade
from payments.adapters.sql.store import open_store
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

SHOP = """
CREATE TABLE alembic_version (version_num VARCHAR(32) CONSTRAINT alembic_version_pkc PRIMARY KEY);
CREATE TABLE payments (id INTEGER CONSTRAINT pk_payments PRIMARY KEY, due_at TEXT);
CREATE INDEX ix_payments_due_at ON payments (due_at);
CREATE TABLE payments_payment (id INTEGER PRIMARY KEY, payment_id INTEGER REFERENCES payments);
CREATE TABLE attempts (id INTEGER PRIMARY KEY);
CREATE TABLE refunds (id INTEGER PRIMARY KEY);
CREATE TABLE events (id INTEGER PRIMARY KEY);
CREATE TABLE outbox (id INTEGER PRIMARY KEY);
CREATE TABLE idempotency_keys (id INTEGER PRIMARY KEY);
CREATE TABLE api_keys (id INTEGER PRIMARY KEY);
CREATE TABLE meta (id INTEGER PRIMARY KEY);
INSERT INTO alembic_version VALUES ('9999_of_the_shop');
INSERT INTO payments VALUES (1, 'tomorrow');
INSERT INTO payments_payment VALUES (7, 1);
INSERT INTO meta VALUES (42);
"""
Snapshot = dict[str, object]


@pytest.fixture
def shops_url(empty_url: str) -> str:
    """A database that holds a shop's own tables, at a revision of the shop's own Alembic."""
    execute(empty_url, SHOP)
    return empty_url


def execute(url: str, script: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in filter(str.strip, script.split(";")):
            connection.exec_driver_sql(statement)
    engine.dispose()


def contents(url: str) -> Snapshot:
    """Return the definition and the rows of every table, by its name."""
    engine = sa.create_engine(url)
    found = sa.MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        tables: Snapshot = {
            name: (
                str(inspector.get_columns(name)),
                inspector.get_pk_constraint(name),
                inspector.get_foreign_keys(name),
                inspector.get_indexes(name),
                connection.execute(sa.select(table)).all(),
            )
            for name, table in found.tables.items()
        }
    engine.dispose()
    return tables


def names_in(url: str) -> set[str]:
    """Return the names of all tables, indexes and constraints."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            statement = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex_%'"
        else:
            statement = (
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            )
        names = set(connection.exec_driver_sql(statement).scalars())
    engine.dispose()
    return names


def test_an_upgrade_leaves_the_shops_tables_as_they_are(shops_url: str) -> None:
    shops, shops_names = contents(shops_url), names_in(shops_url)
    assert upgrade(shops_url) == ""
    assert upgrade(shops_url) == SCHEMA
    with_ours = contents(shops_url)
    assert {name: with_ours[name] for name in shops} == shops
    assert {name for name in names_in(shops_url) - shops_names if not name.startswith(PREFIX)} == set()


def test_payments_are_kept_beside_the_shops_tables(shops_url: str) -> None:
    shops = contents(shops_url)
    store = open_store(shops_url, Mode.TEST, create=True)
    payment = run(store.payments.add(a_payment()))
    assert run(store.payments.get(payment.merchant_id)) == payment
    store.close()
    with_ours = contents(shops_url)
    assert {name: with_ours[name] for name in shops} == shops


def test_payments_are_moved_to_a_database_with_the_shops_tables(shops_url: str, sqlite_url: str) -> None:
    shops = contents(shops_url)
    store = open_store(sqlite_url, Mode.TEST)
    payment = run(store.payments.add(a_payment()))
    store.close()
    counts = copy_database(sqlite_url, shops_url)
    assert counts[f"{PREFIX}payments"] == 1
    moved = open_store(shops_url, Mode.TEST)
    assert run(moved.payments.get(payment.merchant_id)) == payment
    moved.close()
    with_ours = contents(shops_url)
    assert {name: with_ours[name] for name in shops} == shops


def test_a_dangling_reference_of_the_shops_does_not_stop_the_upgrade(tmp_path) -> None:
    """SQLite checks no foreign keys unless a connection asks for it, so a shop's rows may refer to missing rows."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    execute(url, SHOP)
    execute(url, "INSERT INTO payments_payment VALUES (8, 1000)")
    assert upgrade(url) == ""
    open_store(url, Mode.TEST).close()
