"""names: all metrics of ours that `GET /metrics` can show."""

from datetime import UTC, datetime

from payments.domain.ports import Backlog
from payments.entrypoints.blocking import run
from payments.entrypoints.observing.metrics import Metrics

_NOW = datetime(2026, 11, 2, tzinfo=UTC)


async def _read(now: datetime, overdue_before: datetime) -> Backlog:
    return Backlog(
        due=0,
        overdue=0,
        open_refunds=0,
        open_strays=0,
        messages_waiting=0,
        messages_dead=0,
        oldest_message=now,
        reconciled_until=overdue_before,
    )


def names() -> set[str]:
    """Return their names, a counter's with `_total`."""
    lines = run(Metrics().text(_NOW, _read, "closed")).splitlines()
    told = {line.split()[2] for line in lines if line.startswith("# TYPE payments_")}
    return {name for name in told if not name.endswith("_created")}
