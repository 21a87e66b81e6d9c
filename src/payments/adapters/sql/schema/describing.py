"""What a database is, in words for operators: its system and version, its schema, and whose payments it holds."""

import sqlalchemy as sa

from payments.adapters.sql.schema.side_tables import meta
from payments.adapters.sql.schema.upgrading import revision


def described(connection: sa.Connection) -> dict[str, str]:
    """Return `system`, `schema`, `mode` and `prefix`, without any address or password."""
    mode, prefix = connection.execute(sa.select(meta.c.mode, meta.c.prefix)).one()
    return {"system": _system(connection), "schema": revision(connection) or "", "mode": mode, "prefix": prefix}


def _system(connection: sa.Connection) -> str:
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        return f"SQLite {version}, journal mode {connection.exec_driver_sql('PRAGMA journal_mode').scalar_one()}"
    return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}"
