"""Stores to hold to their contracts: `store` is each of them in turn, empty and of this test alone.

├── memory_store
├── sqlite_url, sqlite_store            a file
└── migrated_url, postgresql_store      a database of the shared server, copied from one with tables
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres.server import Postgres

from payments.adapters.memory.store import MemoryStore
from payments.adapters.sql.schema.upgrading import upgrade
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.values import Mode


@pytest.fixture
def memory_store() -> MemoryStore:
    return MemoryStore.empty()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A database file with tables and nothing in them."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'payments.db')}"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    store = open_store(sqlite_url, Mode.TEST)
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Postgres) -> str:
    name = postgresql_server.create_database()
    upgrade(postgresql_server.url(name))
    return name


@pytest.fixture
def migrated_url(postgresql_server: Postgres, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database with tables and nothing in them."""
    name = postgresql_server.create_database(postgresql_template)
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture
def postgresql_store(migrated_url: str) -> Iterator[SqlStore]:
    store = open_store(migrated_url, Mode.TEST)
    yield store
    store.close()


STORES = ["memory_store", "sqlite_store", pytest.param("postgresql_store", marks=pytest.mark.postgresql)]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> MemoryStore | SqlStore:
    """Each store in turn: what holds for one must hold for all."""
    chosen: MemoryStore | SqlStore = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(params=["sqlite_url", pytest.param("migrated_url", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, with tables and nothing in them."""
    chosen: str = request.getfixturevalue(request.param)
    return chosen
