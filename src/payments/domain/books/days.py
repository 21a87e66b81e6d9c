"""A shop's days: each lasts from one midnight to the next, in the shop's time zone. Together they cover all time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from payments.domain.errors import BadInput

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
"""Days outside of these are refused: no shop has money there, and arithmetic stays inside what a date can be."""


def day_start(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of *day* in *zone*, in UTC. Raises BadInput for a day that is not in FIRST_DAY..LAST_DAY.

    Where clocks are set forward over midnight, a day starts at the moment of the change.
    """
    _check(day)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_end(day: date, zone: tzinfo) -> datetime:
    """Return the first moment after *day* in *zone*, in UTC. Raises BadInput as day_start does."""
    _check(day)
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the day to which an aware *moment* belongs in *zone*."""
    return moment.astimezone(zone).date()


def days_from(first: date, last: date) -> Iterator[date]:
    """Yield each day from *first* to *last*, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _check(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadInput(f"A day must be between {FIRST_DAY} and {LAST_DAY}; got {day}.")
