"""MemoryHints: attempts that strangers named, in a dict."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.adapters.memory.books import Books
from payments.domain.values import GatewayId, MerchantId

MOST_HINTS: Final = 5_000
"""How many hints are kept; further ones are dropped, and reconciliation finds what they would have told."""


@attrs.define
class MemoryHints:
    """Where hints are stored. Hints says what each method promises."""

    _books: Books
    most: int = MOST_HINTS
    _received: dict[GatewayId, datetime] = attrs.field(factory=dict, init=False)
    _due: dict[GatewayId, datetime] = attrs.field(factory=dict, init=False)
    _after: datetime | None = attrs.field(default=None, init=False)

    async def payment_named(self, merchant_id: MerchantId | None, gateway_id: GatewayId | None) -> MerchantId | None:
        """Return the payment of this id, else the one that has this attempt."""
        with self._books.open():
            if merchant_id in self._books.payments:
                return merchant_id
            return None if gateway_id is None else self._books.owners.get(gateway_id)

    async def add_hint(self, gateway_id: GatewayId, now: datetime) -> bool:
        """Keep a hint, due at once; False where it is kept already or the list is full."""
        with self._books.open(to_change=True):
            if gateway_id in self._due or len(self._due) >= self.most:
                return False
            self._received[gateway_id] = self._due[gateway_id] = now
            return True

    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[GatewayId]:
        """Return at most *limit* due hints, oldest first, unless the last claim was less than *pause* ago."""
        with self._books.open(to_change=True):
            due = sorted((at, gateway_id) for gateway_id, at in self._due.items() if at <= now)[:limit]
            if not due or (self._after is not None and now < self._after <= now + pause):
                return []
            self._after = now + pause
            claimed = [gateway_id for _, gateway_id in due]
            self._due |= dict.fromkeys(claimed, until)
            return claimed

    async def remove_hint(self, gateway_id: GatewayId) -> None:
        """Forget a hint that was followed."""
        with self._books.open(to_change=True):
            self._due.pop(gateway_id, None)
            self._received.pop(gateway_id, None)

    async def forget_hints(self, before: datetime) -> int:
        """Drop the hints that were received before *before*."""
        with self._books.open(to_change=True):
            old = [gateway_id for gateway_id, at in self._received.items() if at < before]
            for gateway_id in old:
                del self._due[gateway_id], self._received[gateway_id]
            return len(old)
