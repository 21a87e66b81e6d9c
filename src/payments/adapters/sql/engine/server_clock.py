"""check_clock: due times and leases are compared across machines, so a machine whose clock is wrong must not take part.

A worker that is an hour slow finds nothing due and delivers nothing, without a word; one that is fast takes what others
are at work on.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from payments.adapters.sql.engine.failures import WrongClock

MOST_SKEW: Final = timedelta(seconds=60)
"""Below the shortest lease, and far above what machines differ by whose clocks are kept by NTP."""
_SERVER_TIME: Final = sa.select(sa.func.clock_timestamp())


def local_time() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def check_clock(connection: sa.Connection) -> None:
    """Raise WrongClock if this machine's clock differs from the server's. An SQLite file has no clock of its own."""
    if connection.dialect.name != "postgresql":
        return
    ahead = local_time() - connection.execute(_SERVER_TIME).scalar_one()
    if abs(ahead) > MOST_SKEW:
        where = "ahead of" if ahead > timedelta() else "behind"
        raise WrongClock(
            f"This machine's clock is {abs(ahead).total_seconds():.0f} s {where} the database server's. "
            "Set both by NTP. Nothing is done meanwhile."
        )
