"""The schema of a database: reads its revision, and upgrades it to the revision of this code.

Any number of processes may upgrade one database at once: the first one does it while the others wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
import sqlalchemy.exc

from payments.adapters.sql.engine.connecting import create_file, migrating_engine, parse
from payments.adapters.sql.engine.failures import WrongSchema, domain_error
from payments.adapters.sql.schema.naming import PREFIX, SCHEMA, VERSION_TABLE

_LOCK: Final = 0x7061796D656E7473  # "payments"
_REVISION: Final = sa.text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - our own constant
_DANGLING: Final = sa.text(f"""SELECT 1 FROM pragma_foreign_key_check WHERE "table" LIKE '{PREFIX}%'""")  # noqa: S608
_MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
_LONG_TIMEOUTS: Final = "SET LOCAL lock_timeout = '60s'", "SET LOCAL statement_timeout = 0"


def revision(connection: sa.Connection) -> str | None:
    """Return the revision of the database's schema; None if it has no tables of ours yet."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(_REVISION).scalar_one_or_none()
    return found


def check_schema(connection: sa.Connection) -> None:
    """Raise WrongSchema unless the database has the schema of this code."""
    found = revision(connection)
    if found == SCHEMA:
        return
    if found is None:
        raise WrongSchema(_without_tables(len(sa.inspect(connection).get_table_names())))
    if found > SCHEMA:
        raise WrongSchema(
            f"The schema of the database is {found}, newer than {SCHEMA} of this program. Update this program."
        )
    raise WrongSchema(
        f"The schema of the database is {found}, but this program needs {SCHEMA}. Run `payments db upgrade`."
    )


def _without_tables(others: int) -> str:
    if not others:
        return "The database has no tables yet. Create them with `payments db upgrade`."
    return (
        f"The database belongs to another program: it has {others} of its tables and none of ours. Correct "
        "database.url, or run `payments db upgrade` to share the database; it leaves the other tables as they are."
    )


def upgrade(url: str) -> str:
    """Upgrade the database to the schema of this code, and return the revision that it had before, or "" if none.

    Raises WrongSchema if the database is newer than this code, StorageUnavailable, ConcurrentUpdate or BadInput.
    """
    address = parse(url)
    create_file(address)
    engine = migrating_engine(address)
    try:
        return _upgrade(engine) or ""
    except sa.exc.SQLAlchemyError as error:
        if known := domain_error(error, committing=False):
            raise known from error
        raise
    finally:
        engine.dispose()


def _upgrade(engine: sa.Engine) -> str | None:
    with _exclusively(engine) as connection:
        before = revision(connection)
        if before is not None and before > SCHEMA:
            check_schema(connection)
        if before != SCHEMA:
            _run_migrations(connection)
        return before


@contextmanager
def _exclusively(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Begin a transaction in which no other process upgrades: by SQLite's own lock, or by an advisory lock."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for setting in _LONG_TIMEOUTS:
                connection.exec_driver_sql(setting)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection
        if connection.dialect.name == "sqlite" and connection.execute(_DANGLING).first():
            raise WrongSchema("After the upgrade some rows would refer to missing rows. Nothing was changed.")


def _run_migrations(connection: sa.Connection) -> None:
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
