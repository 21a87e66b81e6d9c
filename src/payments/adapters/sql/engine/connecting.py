"""Opens the database at a URL with safe settings: `sqlite:///payments.db`, `postgresql://user@host/name`."""

from collections.abc import Callable

import sqlalchemy as sa
import sqlalchemy.exc

from payments.adapters.sql.engine import postgresql, sqlite
from payments.adapters.sql.engine.database import Database
from payments.adapters.sql.engine.server_clock import check_clock
from payments.domain.errors import BadInput


def parse(url: str) -> sa.URL:
    """Return *url* in SQLAlchemy's form. Raises BadInput; the error never repeats the URL and its password."""
    try:
        parsed = sa.make_url(url.replace("postgres://", "postgresql://", 1))
    except (sa.exc.ArgumentError, ValueError):  # ValueError: the port is not a number
        raise BadInput("A database URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadInput(f"The database {parsed.get_backend_name()} is not supported. Use SQLite or PostgreSQL.")
    return parsed


def connect(url: sa.URL, pool_size: int) -> Database:
    """Return the database at *url* for at most *pool_size* calls at a time; nothing is read or written yet."""
    opened: Callable[[sa.URL, int], Database] = sqlite.open_sqlite if _is_sqlite(url) else postgresql.open_postgresql
    return opened(url, pool_size)


def migrating_engine(url: sa.URL) -> sa.Engine:
    """Return an engine that may change the schema, with one connection at a time."""
    return sqlite.migrating_engine(url) if _is_sqlite(url) else postgresql.migrating_engine(url)


def create_file(url: sa.URL) -> None:
    """Create the file of an SQLite database if there is none. Raises StorageUnavailable or BadInput."""
    if _is_sqlite(url):
        sqlite.create_file(url)


def check_exists(url: sa.URL) -> None:
    """Raise NoDatabase if the file of an SQLite database does not exist."""
    if _is_sqlite(url):
        sqlite.check_file(url)


def check_settings(database: Database) -> None:
    """Raise UnsafeSettings if the database could lose data that it has acknowledged, or WrongClock."""
    check = sqlite.check_sqlite if database.engine.dialect.name == "sqlite" else postgresql.check_postgresql
    database.read(check)
    database.read(check_clock)


def _is_sqlite(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"
