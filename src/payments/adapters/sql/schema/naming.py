"""What all tables are made with: names for their constraints, ids that sort alike everywhere, partial indexes."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

SCHEMA: Final = "0001"
"""The revision that this code reads and writes: the newest in `migrations/`."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_type(length: int) -> sa.types.TypeEngine[str]:
    """Return the type of texts that sort by code point in both databases, as they do in Python."""
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def column(name: str, type_: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=nullable)


def partial_index(
    name: str, *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool], unique: bool = False
) -> None:
    """Index only the rows that *where* admits. A query must repeat *where* word for word, or the index stays unused."""
    sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
