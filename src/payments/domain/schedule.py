"""When to look again: every wait has a due time, and every series of looks has an end."""

from datetime import datetime, timedelta
from typing import Final

CHECK_WAITS: Final = (
    *(timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10)),
    *(timedelta(minutes=30), timedelta(hours=1), timedelta(hours=6)),
    *(timedelta(days=1), timedelta(days=3), timedelta(days=7)),
)
"""The waits after a change, one after the other: quickly at first, a week at last."""

EXPIRES_AFTER: Final = timedelta(minutes=30)
"""How long a buyer has to pay before an untouched payment expires, unless the shop sets another time."""

LEASE: Final = timedelta(minutes=2)
"""How long a claimed row is left to its worker; longer than any one look or refund can take."""


PATIENCE: Final = 5
"""Where a series must not end (an open refund, an awaiting payment), its wait stays at CHECK_WAITS[5]: half an hour."""


def next_check(now: datetime, checks: int, no_later_than: datetime | None = None) -> datetime | None:
    """Return when to look after *checks* checks without a change: None once the series is over.

    An end of waiting still ahead (*no_later_than*: an expiry) is never slept through.
    """
    if checks >= len(CHECK_WAITS):
        return None
    due = now + CHECK_WAITS[checks]
    return min(due, no_later_than) if no_later_than and no_later_than > now else due
