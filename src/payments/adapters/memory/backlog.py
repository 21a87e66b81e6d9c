"""MemoryBacklog: how much waits in the books."""

from collections.abc import Collection
from datetime import datetime

import attrs

from payments.adapters.memory.books import Books
from payments.domain.ports import MOST_COUNTED, Backlog


@attrs.frozen
class MemoryBacklog:
    """Counts what waits. BacklogReader documents the call."""

    _books: Books

    async def read(self, now: datetime, overdue_before: datetime, providers: Collection[str] | None = None) -> Backlog:
        """Return how much waits at *now*."""
        with self._books.open():
            payments = list(self._books.payments.values())
            waiting = [one.message.created_at for one in self._books.outbox.values() if one.due_at is not None]
            due = [payment for payment in payments if payment.due_at and payment.due_at <= now]
            overdue = [p for p in due if p.due_at and p.due_at <= overdue_before and not p.is_routine]
            known = self._books.reconciled_until
            marks = [known[name] for name in known if providers is None or name in providers]
            return Backlog(
                due=min(len(due), MOST_COUNTED),
                overdue=min(len(overdue), MOST_COUNTED),
                open_refunds=min(sum(refund.is_open for p in payments for refund in p.refunds), MOST_COUNTED),
                unfinished_refunds=min(sum(r.is_unfinished(now) for p in payments for r in p.refunds), MOST_COUNTED),
                open_strays=min(sum(attempt.is_open_stray for p in payments for attempt in p.attempts), MOST_COUNTED),
                messages_waiting=min(len(waiting), MOST_COUNTED),
                messages_dead=min(len(self._books.outbox) - len(waiting), MOST_COUNTED),
                oldest_message=min(waiting, default=None),
                reconciled_until=min(marks, default=None),
            )
