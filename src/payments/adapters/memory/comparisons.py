"""MemoryComparisons: what comparing with the providers' lists found."""

import threading
from collections.abc import Sequence

import attrs

from payments.domain.books.comparison import Comparison
from payments.domain.errors import PaymentNotFound


@attrs.frozen
class MemoryComparisons:
    """Where comparisons are stored. Comparisons documents the calls."""

    _kept: dict[str, Comparison] = attrs.field(factory=dict)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def add(self, comparison: Comparison) -> None:
        """Store a comparison."""
        with self._lock:
            self._kept[comparison.id] = comparison

    async def find(self, comparison_id: str) -> Comparison | None:
        """Return the comparison with this id, if there is one."""
        with self._lock:
            return self._kept.get(comparison_id)

    async def page(self, before: str | None, limit: int) -> Sequence[Comparison]:
        """Return up to *limit* comparisons, the latest first, after *before*. Raises PaymentNotFound."""
        with self._lock:
            if before is not None and before not in self._kept:
                raise PaymentNotFound
            latest = sorted(self._kept.values(), key=lambda one: (one.started_at, one.id), reverse=True)
        start = 0 if before is None else [one.id for one in latest].index(before) + 1
        return latest[start : start + limit]
