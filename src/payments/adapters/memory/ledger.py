"""MemoryLedger: sums of what moved, over all payments in the books."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain

import attrs

from payments.adapters.memory.books import Books
from payments.domain.books.settlement import SettledBy
from payments.domain.books.sums import Sum, movements_of, movements_of_orphan, sums_of
from payments.domain.payment import Payment


@attrs.frozen
class MemoryLedger:
    """Adds up what moved. Ledger documents the call."""

    _books: Books

    async def sums(self, since: datetime, until: datetime) -> Sequence[Sum]:
        """Return the sums of what moved from *since* on, before *until*."""
        with self._books.open():
            payments, orphans = list(self._books.payments.values()), list(self._books.orphans.values())
        moved = (one for payment in payments for one in movements_of(payment))
        found = (one for orphan in orphans for one in movements_of_orphan(orphan))
        return sums_of(one for one in chain(moved, found) if since <= one.at < until)

    async def named(self, names: Collection[str], by: SettledBy) -> Sequence[Payment]:
        """Return the payments with an attempt of one of *names*."""
        asked = set(names) - {""}
        with self._books.open():
            payments = list(self._books.payments.values())
        return [p for p in payments if any(by.name_of(p, attempt) in asked for attempt in p.attempts)]
