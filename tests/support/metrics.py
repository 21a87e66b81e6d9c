"""shown, names: what `GET /metrics` can show, and the metrics of ours in it."""

from datetime import UTC, datetime

from payments.domain.ports import Backlog
from payments.entrypoints.blocking import run
from payments.entrypoints.observing.metrics import Metrics

_NOW = datetime(2026, 11, 2, tzinfo=UTC)


async def _read(now: datetime, overdue_before: datetime) -> Backlog:
    return Backlog(oldest_message=now, reconciled_until=overdue_before)


def shown() -> str:
    """Return a whole answer of `GET /metrics`."""
    return run(Metrics().text(_NOW, _read, {"iamport": "closed"}))


def names() -> set[str]:
    """Return the names of our metrics, a counter's with `_total`."""
    told = {line.split()[2] for line in shown().splitlines() if line.startswith("# TYPE payments_")}
    return {name for name in told if not name.endswith("_created")}
