"""Times as V2 writes them, and objects without the keys that have no value."""

from datetime import UTC, datetime
from typing import Any


def moment(at: float) -> str:
    """Return UNIX seconds as RFC 3339 in UTC, with milliseconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def when(at: float) -> str | None:
    """Return it, None for 0: that has not happened."""
    return moment(at) if at else None


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    """Return *values* without the keys whose value is None: V2 leaves them out, clients cannot read a null."""
    return {name: value for name, value in values.items() if value is not None}
