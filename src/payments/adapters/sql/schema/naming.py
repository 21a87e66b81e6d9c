"""What all tables are made with: names, a type for ids, partial indexes.

Every name begins with `pkr_`, because a shop may keep its own tables in the same database, and a Django app `payments`
has a table `payments_payment`. Constraints and indexes are named as PostgreSQL names them: `TABLE_COLUMNS_KIND`.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

SCHEMA: Final = "0001"
"""The revision that this code reads and writes: the newest in `migrations/`."""

PREFIX: Final = "pkr_"
VERSION_TABLE: Final = f"{PREFIX}alembic_version"
"""Where Alembic keeps the revision of our tables; the shop's own Alembic keeps its revision in `alembic_version`."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """Return a new table of ours: `table("payments", ...)` is `pkr_payments` in the database."""
    return sa.Table(PREFIX + name, metadata, *parts)


def id_type(length: int) -> sa.types.TypeEngine[str]:
    """Return the type of a text that sorts by code point in both databases, as it does in Python."""
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def column(name: str, type_: Any, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column that is not nullable unless it says so."""
    return sa.Column(name, type_, nullable=nullable)


def partial_index(name: str, *columns: sa.Column[Any], where: sa.ColumnElement[bool], unique: bool = False) -> None:
    """Index only the rows that *where* admits. A query must repeat *where* word for word, or the index is not used."""
    full_name = f"{columns[0].table}_{name}_{'key' if unique else 'idx'}"
    sa.Index(full_name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
