"""Clock: the sandbox's own time, which a test or a person can move."""

import calendar
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

KOREA = timezone(timedelta(hours=9))
ROUNDING = 1e-6
"""Seconds; makes up for the rounding of a sum of floats."""


@attrs.define
class Clock:
    """UNIX time that runs with *source* but can be moved ahead and stopped. It never goes back."""

    source: Callable[[], float] = time.time
    _ahead: float = attrs.field(default=0.0, init=False)
    _stopped_at: float | None = attrs.field(default=None, init=False)

    @classmethod
    def stopped(cls, at: float = 1_700_000_000) -> "Clock":
        """Return a clock that is stopped at *at* (UNIX seconds)."""
        clock = cls()
        clock._stopped_at = float(at)
        return clock

    def snapshot(self) -> tuple[float, float | None]:
        """Return how many seconds the clock is ahead of its source, and its time if it is stopped."""
        return self._ahead, self._stopped_at

    def restore(self, snapshot: Sequence[Any]) -> None:
        """Take over what `snapshot` returned."""
        self._ahead, self._stopped_at = snapshot

    def exact(self) -> float:
        """Return the time in UNIX seconds with its fraction."""
        return self.source() + self._ahead if self._stopped_at is None else self._stopped_at

    def now(self) -> int:
        """Return the time in whole UNIX seconds, as every field of Iamport has it."""
        return int(self.exact())

    @property
    def is_stopped(self) -> bool:
        """Whether the clock is stopped; `move` still works."""
        return self._stopped_at is not None

    def move(self, seconds: float) -> int:
        """Move the clock *seconds* ahead and return the new time. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError(
                f"the clock cannot go back ({seconds} s): expired tokens and deadlines would be valid again"
            )
        if self._stopped_at is None:
            self._ahead += seconds
        else:
            self._stopped_at += seconds
        return self.now()

    def move_to(self, at: float) -> int:
        """Move the clock to *at* (UNIX seconds) unless that is in the past; return the time."""
        if self._stopped_at is not None:
            self._stopped_at = max(self._stopped_at, at)
        elif (ahead := at - self.exact()) > 0:
            self._ahead += ahead + ROUNDING
        return self.now()

    def stop(self) -> None:
        """Stop the clock; `move` still works."""
        self._stopped_at = self.exact()

    def run(self) -> None:
        """Start the clock again at its present time."""
        if self._stopped_at is not None:
            self._ahead, self._stopped_at = self._stopped_at - self.source(), None


def months_after(at: float, months: int) -> float:
    """Return how many seconds after *at* (UNIX seconds) it is *months* later in Korea; the 31st becomes a last day."""
    start = datetime.fromtimestamp(at, KOREA)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day).timestamp() - start.timestamp()
