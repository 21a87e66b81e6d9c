"""The schema: what migrations make is what the code expects, in both databases, whoever upgrades and how often."""

import re
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from support.patience import EVENTUALLY

from payments.adapters.sql.engine.failures import NoDatabase, WrongMode, WrongSchema
from payments.adapters.sql.schema.naming import SCHEMA, VERSION_TABLE, metadata
from payments.adapters.sql.schema.upgrading import upgrade
from payments.adapters.sql.store import open_store
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

UPGRADE = "import sys; from payments.adapters.sql.schema.upgrading import upgrade; upgrade(sys.argv[1])"
OPEN = """
import sys
from payments.adapters.sql.store import open_store
from payments.domain.values import Mode
open_store(sys.argv[1], Mode(sys.argv[2]), create=True).close()
"""
PREFIX = """
import sys
from payments.adapters.sql.store import open_store
from payments.domain.values import Mode
store = open_store(sys.argv[1], Mode.TEST)
store.close()
print(store.prefix)
"""


def execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


ON_SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
ON_POSTGRESQL = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name,
    character_maximum_length) FROM information_schema.columns WHERE table_schema = 'public'
"""


def definitions(connection: sa.Connection) -> set[str]:
    """Return how the database itself describes its tables, constraints and indexes."""
    asked = ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL
    found = connection.exec_driver_sql(asked).scalars().all()
    parts = {" ".join(part.split()).rstrip(",") for text in found for part in text.split("\n")}
    return {part for part in parts if "alembic" not in part and "version_num" not in part}


def test_migrations_make_what_the_code_expects(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_constraints_and_conditions_of_indexes_are_those_of_the_code(empty_url: str) -> None:
    """What alembic does not compare."""
    upgrade(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        migrated = definitions(connection)
        metadata.drop_all(connection)
        assert len(definitions(connection)) < 2
        metadata.create_all(connection)
        assert definitions(connection) == migrated
    engine.dispose()


def test_the_newest_step_is_the_schema_of_the_code() -> None:
    config = Config()
    config.set_main_option("script_location", "payments.adapters.sql:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_an_upgrade_may_be_repeated(empty_url: str) -> None:
    assert [upgrade(empty_url), upgrade(empty_url)] == ["", SCHEMA]


@pytest.mark.parametrize("program", [(UPGRADE,), (OPEN, "test")])
def test_many_processes_may_upgrade_at_once(empty_url: str, program: tuple[str, ...]) -> None:
    script, *mode = program
    command = [sys.executable, "-c", script, empty_url, *mode]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=EVENTUALLY)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    open_store(empty_url, Mode.TEST).close()


def test_a_database_without_tables_names_the_command(empty_url: str) -> None:
    with pytest.raises((WrongSchema, NoDatabase), match="payments db upgrade"):  # SQLite's file is not even there
        open_store(empty_url, Mode.TEST)


def test_an_older_schema_names_the_command_and_is_not_changed_unasked(url: str) -> None:
    execute(url, "UPDATE pkr_alembic_version SET version_num = '0000'")
    for create in (False, True):
        with pytest.raises(WrongSchema, match="payments db upgrade"):
            open_store(url, Mode.TEST, create=create)
    execute(url, f"UPDATE pkr_alembic_version SET version_num = '{SCHEMA}'")  # noqa: S608 - our own constant
    open_store(url, Mode.LIVE).close()  # not even stamped


def test_a_newer_schema_asks_for_a_newer_program(url: str) -> None:
    execute(url, "UPDATE pkr_alembic_version SET version_num = '9999'")
    with pytest.raises(WrongSchema, match="newer"):
        open_store(url, Mode.TEST)
    with pytest.raises(WrongSchema, match="newer"):
        upgrade(url)


def test_a_database_is_for_one_mode(url: str) -> None:
    """Play money and real money never meet."""
    open_store(url, Mode.TEST).close()
    with pytest.raises(WrongMode, match="test"):
        open_store(url, Mode.LIVE)
    open_store(url, Mode.TEST).close()


def test_a_prefix_is_drawn_once_and_stays(url: str) -> None:
    """Fails where each process draws its own: each would take the captures of the others for foreign ones."""
    prefixes = []
    for _ in range(3):
        store = open_store(url, Mode.TEST)
        prefixes.append(store.prefix)
        store.close()
    assert prefixes == prefixes[:1] * 3
    assert re.fullmatch(r"[a-z0-9]{4}-", prefixes[0])


def test_two_databases_have_two_prefixes(sqlite_url: str, tmp_path) -> None:
    one, other = open_store(sqlite_url, Mode.TEST), open_store(f"sqlite:///{tmp_path}/b.db", Mode.TEST, create=True)
    one.close()
    other.close()
    assert one.prefix != other.prefix


def test_the_prefix_of_the_settings_wins_and_is_not_stored(url: str) -> None:
    drawn = open_store(url, Mode.TEST)
    named = open_store(url, Mode.TEST, prefix="gangnam-")
    again = open_store(url, Mode.TEST)
    for store in (drawn, named, again):
        store.close()
    assert (named.prefix, again.prefix) == ("gangnam-", drawn.prefix)


def test_processes_that_open_a_new_database_at_once_agree_on_a_prefix(url: str) -> None:
    command = [sys.executable, "-c", PREFIX, url]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate(timeout=EVENTUALLY)[0] for process in processes}
    assert len(said) == 1, said


def test_if_two_modes_open_a_database_at_once_one_wins(url: str) -> None:
    commands = [[sys.executable, "-c", OPEN, url, mode] for mode in ("live", "test")]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    said = [process.communicate(timeout=EVENTUALLY)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1], said
    assert any("WrongMode" in words for words in said)


def test_readiness_asks_for_the_schema(url: str) -> None:
    store = open_store(url, Mode.TEST)
    assert run(store.health()) is None
    execute(url, "UPDATE pkr_alembic_version SET version_num = '0000'")
    said = run(store.health())
    store.close()
    assert "payments db upgrade" in str(said)
