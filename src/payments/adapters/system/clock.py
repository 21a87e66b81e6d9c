"""SystemClock: the time of this machine."""

from datetime import UTC, datetime


class SystemClock:
    """The Clock in production; tests use a clock that they move."""

    def now(self) -> datetime:
        """Return the time as a timezone-aware datetime in UTC."""
        return datetime.now(UTC)
