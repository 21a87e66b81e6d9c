"""MemoryOrphans: captures without a payment, in dicts."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from payments.adapters.memory.books import Books, Waiting
from payments.domain.errors import PaymentNotFound
from payments.domain.messages import Message
from payments.domain.orphan import Orphan
from payments.domain.successor import check_orphan
from payments.domain.values import DEFAULT_PROVIDER, GatewayId


@attrs.frozen
class MemoryOrphans:
    """Where orphans are stored. Orphans says what each method promises."""

    _books: Books

    async def update(
        self, gateway_id: GatewayId, change: Callable[[Orphan | None], Orphan], provider: str = DEFAULT_PROVIDER
    ) -> Orphan:
        """Store what the pure *change* makes of the orphan, with its messages."""
        with self._books.open(to_change=True):
            before = self._books.orphans.get((provider, gateway_id))
            after = change(before)
            if after is before:
                return after
            check_orphan(before, after)
            stored = attrs.evolve(after, new_events=())
            self._books.orphans[provider, gateway_id] = stored
            waiting = [Waiting.due_at_once(Message.about_orphan(after, event)) for event in after.new_events]
            self._books.outbox |= {one.message.id: one for one in waiting}
            return stored

    async def find(self, gateway_id: GatewayId, provider: str = DEFAULT_PROVIDER) -> Orphan | None:
        """Return the orphan with this gateway id, if there is one."""
        return self._books.orphans.get((provider, gateway_id))

    async def page(self, before: GatewayId | None, limit: int, *, open_only: bool) -> Sequence[Orphan]:
        """Return up to *limit* orphans, the latest found first, after *before*. Raises PaymentNotFound (bad cursor)."""
        with self._books.open():
            newest = sorted(self._books.orphans.values(), key=_age, reverse=True)
            last = next((o for o in newest if o.gateway_id == before), None)
            if before is not None and last is None:
                raise PaymentNotFound
            after = [o for o in newest if last is None or _age(o) < _age(last)]
            return [orphan for orphan in after if orphan.is_open or not open_only][:limit]

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Orphan]:
        """Return at most *limit* due orphans, and make them due again at *until*."""
        with self._books.open(to_change=True):
            due = sorted((o.due_at, name) for name, o in self._books.orphans.items() if o.due_at and o.due_at <= now)
            claimed = [attrs.evolve(self._books.orphans[name], due_at=until) for _, name in due[:limit]]
            self._books.orphans |= {(orphan.provider, orphan.gateway_id): orphan for orphan in claimed}
            return claimed


def _age(orphan: Orphan) -> tuple[datetime, GatewayId]:
    return (orphan.found_at, orphan.gateway_id)
