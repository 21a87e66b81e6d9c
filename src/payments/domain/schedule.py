"""When to check a payment again: every wait has a due time in the database, and every series of checks ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

CHECK_WAITS: Final = (
    *(timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10)),
    *(timedelta(minutes=30), timedelta(hours=1), timedelta(hours=6)),
    *(timedelta(days=1), timedelta(days=3), timedelta(days=7)),
)
"""The waits after a change, one after the other: short at first, a week at the end."""

LAST_SHORT_WAIT: Final = 5
"""Where a series must not end (an open refund, an awaiting payment), the wait stays at CHECK_WAITS[5]: 30 minutes."""

LAST_WAIT_OF_ACCEPTED: Final = 8
"""While the provider works on a refund by itself, the wait stays at CHECK_WAITS[8]: a day. It may take days."""

LONGEST_ACCEPTED: Final = timedelta(days=7)
"""How long the provider may work on a refund that it has accepted before a person is told."""

LONGEST_OUTAGE_WAIT: Final = 4
"""While the provider does not answer, the wait stays at CHECK_WAITS[4]: 10 minutes."""

PAID_CHECKS: Final = tuple(timedelta(days=days) for days in (7, 14, 28, 56, 112, 224, 365))
"""Ages at which a paid payment is checked again: refunds in the provider's console may send no webhook."""

REFUSAL_WAITS: Final = (
    *(timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)),
    *(timedelta(days=1), timedelta(days=1), timedelta(days=2), timedelta(days=3)),
)
"""The waits between the refusals of an automatic refund. After the last one, a person must decide."""

EXPIRES_AFTER: Final = timedelta(minutes=30)
"""How long a buyer has to pay, unless the settings say otherwise."""

GRACE: Final = timedelta(minutes=10)
"""How long after its expiry a payment is still paid by whatever the provider shows, unless the settings differ."""

DEPOSIT_GRACE: Final = timedelta(hours=6)
"""The same after the due time of a virtual account: banks report deposits late."""

CHECK_PAUSE: Final = timedelta(seconds=5)
"""How far apart the checks are that strangers cause: whoever knows an id could have the provider asked without end."""

LEASE: Final = timedelta(minutes=5)
"""How long a claimed payment is left to its worker: longer than one visit takes, its slow refunds included."""

LONGEST_AT_WORK: Final = timedelta(minutes=10)
"""How long the provider may work on one send of a refund, counted from the send. A guess: no document gives a limit."""


def wait_after(checks: int, *, at_most: int = len(CHECK_WAITS) - 1) -> timedelta:
    """Return the wait after *checks* checks without a change; from *at_most* on it does not grow."""
    return CHECK_WAITS[min(checks, at_most)]


def next_age(since: datetime, now: datetime, ages: Sequence[timedelta]) -> datetime | None:
    """Return the first moment after *now* at which something that began at *since* has one of *ages*, if any."""
    return next((since + age for age in ages if since + age > now), None)
