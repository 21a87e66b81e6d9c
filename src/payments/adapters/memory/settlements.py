"""MemorySettlements: what comparing with payout files found."""

import threading
from collections.abc import Sequence

import attrs

from payments.domain.books.settlement import Settlement
from payments.domain.errors import PaymentNotFound


@attrs.frozen
class MemorySettlements:
    """Where settlements are stored. SettlementBook documents the calls."""

    _kept: dict[str, Settlement] = attrs.field(factory=dict)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def add(self, settlement: Settlement) -> None:
        """Store a settlement."""
        with self._lock:
            self._kept[settlement.id] = settlement

    async def find(self, settlement_id: str) -> Settlement | None:
        """Return the settlement with this id, if there is one."""
        with self._lock:
            return self._kept.get(settlement_id)

    async def page(self, before: str | None, limit: int) -> Sequence[Settlement]:
        """Return up to *limit* settlements, the latest first, after *before*. Raises PaymentNotFound."""
        with self._lock:
            if before is not None and before not in self._kept:
                raise PaymentNotFound
            latest = sorted(self._kept.values(), key=lambda one: (one.compared_at, one.id), reverse=True)
        start = 0 if before is None else [one.id for one in latest].index(before) + 1
        return latest[start : start + limit]
