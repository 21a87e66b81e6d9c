"""Moment: a column of aware UTC times, to the microsecond.

PostgreSQL keeps them as timestamptz. SQLite has no times: there they are texts of one width in UTC
(`2026-11-02 03:00:00.000000`), which sort as the times do, suit its own date functions, and which a person can read.
"""

from datetime import UTC, datetime

import sqlalchemy as sa


class Moment(sa.TypeDecorator[datetime]):
    """Aware times in, aware UTC times out. Raises ValueError for a naive one instead of guessing its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
