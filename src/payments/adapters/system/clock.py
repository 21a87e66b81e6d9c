"""SystemClock: the time of this machine."""

from datetime import UTC, datetime


class SystemClock:
    """The Clock of everything that runs; tests bring their own."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return datetime.now(UTC)
