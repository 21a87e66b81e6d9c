"""MemoryHints: attempts that strangers named, in a dict."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.adapters.memory.books import Books
from payments.domain.access import Hint
from payments.domain.values import MerchantId

MOST_HINTS: Final = 5_000
"""How many hints are kept; further ones are dropped, and reconciliation finds what they would have told."""


@attrs.define
class MemoryHints:
    """Where hints are stored. Hints says what each method promises."""

    _books: Books
    most: int = MOST_HINTS
    _received: dict[Hint, datetime] = attrs.field(factory=dict, init=False)
    _due: dict[Hint, datetime] = attrs.field(factory=dict, init=False)
    _after: datetime | None = attrs.field(default=None, init=False)

    async def payment_named(self, hint: Hint) -> MerchantId | None:
        """Return the payment of this id, else the one that has this attempt."""
        with self._books.open():
            named = self._books.payments.get(hint.merchant_id) if hint.merchant_id else None
            if named is not None and named.provider == hint.provider:
                return named.merchant_id
            return self._books.owners.get((hint.provider, hint.gateway_id)) if hint.gateway_id else None

    async def add_hint(self, hint: Hint, now: datetime) -> bool:
        """Keep a hint, due at once; False where it is kept already or the list is full."""
        with self._books.open(to_change=True):
            known = any((one.provider, one.gateway_id) == (hint.provider, hint.gateway_id) for one in self._due)
            if known or len(self._due) >= self.most:
                return False
            self._received[hint] = self._due[hint] = now
            return True

    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[Hint]:
        """Return at most *limit* due hints, oldest first, unless the last claim was less than *pause* ago."""
        with self._books.open(to_change=True):
            waiting = [hint for hint, at in self._due.items() if at <= now]
            due = sorted(waiting, key=lambda hint: (self._due[hint], hint.gateway_id or ""))[:limit]
            if not due or (self._after is not None and now < self._after <= now + pause):
                return []
            self._after = now + pause
            self._due |= dict.fromkeys(due, until)
            return due

    async def remove_hint(self, hint: Hint) -> None:
        """Forget a hint that was followed."""
        with self._books.open(to_change=True):
            self._due.pop(hint, None)
            self._received.pop(hint, None)

    async def forget_hints(self, before: datetime) -> int:
        """Drop the hints that were received before *before*."""
        with self._books.open(to_change=True):
            old = [hint for hint, at in self._received.items() if at < before]
            for hint in old:
                del self._due[hint], self._received[hint]
            return len(old)
