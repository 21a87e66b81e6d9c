"""Moment: a column of timezone-aware times in UTC, to the microsecond.

PostgreSQL keeps them as timestamptz. SQLite has no type for times, so there they are texts of one width in UTC
(`2026-11-02 03:00:00.000000`): they sort as the times do, its date functions take them, and a person can read them.
"""

from datetime import UTC, datetime

import sqlalchemy as sa


class Moment(sa.TypeDecorator[datetime]):
    """Takes timezone-aware times and returns them in UTC. Raises ValueError for a naive time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A stored time must be timezone-aware; got a naive one.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
