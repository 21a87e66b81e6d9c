"""MemoryOutbox: the messages that wait to be delivered."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import attrs

from payments.adapters.memory.books import Books, Waiting
from payments.domain.messages import Message
from payments.domain.values import MerchantId


@attrs.frozen
class MemoryOutbox:
    """Where messages wait. What is raised, and what it means, is said in Outbox."""

    _books: Books

    async def claim(self, now: datetime, until: datetime, limit: int, *, in_order: bool = False) -> Sequence[Message]:
        """Return at most *limit* due messages, the longest due first, and make them due again at *until*."""
        with self._books.open(to_change=True):
            due = [(w.due_at, w.age, w) for w in self._books.outbox.values() if w.due_at and w.due_at <= now]
            if in_order:
                due = [(due_at, age, w) for due_at, age, w in due if not self._has_earlier(w.message)]
            claimed = [waiting for *_, waiting in sorted(due, key=lambda d: d[:2])[:limit]]
            self._put(*(attrs.evolve(waiting, due_at=until) for waiting in claimed))
            return [waiting.message for waiting in claimed]

    async def delivered(self, message_id: str) -> None:
        """Forget a message that arrived."""
        with self._books.open(to_change=True):
            self._books.outbox.pop(message_id, None)

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        """Count a failed try, and try again at *due_at*."""
        self._fail(message_id, due_at, error)

    async def bury(self, message_id: str, error: str) -> None:
        """Count a failed try, and stop trying: a dead letter."""
        self._fail(message_id, None, error)

    async def dead(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return up to *limit* dead letters, oldest first."""
        return self._oldest(limit, merchant_id, lambda waiting: waiting.due_at is None)

    async def waiting(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return up to *limit* messages that wait for their delivery, oldest first."""
        return self._oldest(limit, merchant_id, lambda waiting: waiting.due_at is not None)

    def _oldest(self, limit: int, of: MerchantId | None, which: Callable[[Waiting], bool]) -> list[Message]:
        with self._books.open():
            found = [w for w in self._books.outbox.values() if which(w) and of in (None, w.message.merchant_id)]
            return [waiting.message for waiting in sorted(found, key=lambda w: w.age)[:limit]]

    async def hurry(self, now: datetime, *, beyond: datetime | None = None, but: Collection[str] = ()) -> int:
        """Make every message that was postponed beyond *beyond* due now, those in *but* excepted; returns how many."""
        with self._books.open(to_change=True):
            tried = [w for w in self._books.outbox.values() if w.message.tries and w.message.id not in but]
            late = [w for w in tried if w.due_at and w.due_at > (beyond or now)]
            self._put(*(attrs.evolve(waiting, due_at=now) for waiting in late))
            return len(late)

    async def replay(self, message_id: str, now: datetime) -> bool:
        """Make a dead letter due now with its tries forgotten; False if there is no such dead letter."""
        with self._books.open(to_change=True):
            waiting = self._books.outbox.get(message_id)
            if waiting is None or waiting.due_at is not None:
                return False
            fresh = attrs.evolve(waiting.message, tries=0, error="")
            self._put(attrs.evolve(waiting, message=fresh, due_at=now))
            return True

    async def skip(self, message_id: str) -> bool:
        """Delete a dead letter; False if there is no such dead letter."""
        with self._books.open(to_change=True):
            waiting = self._books.outbox.get(message_id)
            if waiting is None or waiting.due_at is not None:
                return False
            del self._books.outbox[message_id]
            return True

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop at most *limit* messages made before *before*, dead or due before then too; returns how many."""
        with self._books.open(to_change=True):
            old = [name for name, w in self._books.outbox.items() if (w.due_at or w.message.created_at) < before]
            for name in old[:limit]:
                del self._books.outbox[name]
            return len(old[:limit])

    def _has_earlier(self, message: Message) -> bool:
        others = (waiting.message for waiting in self._books.outbox.values())
        return any(one.merchant_id == message.merchant_id and one.version < message.version for one in others)

    def _fail(self, message_id: str, due_at: datetime | None, error: str) -> None:
        with self._books.open(to_change=True):
            waiting = self._books.outbox.get(message_id)
            if waiting is None or waiting.due_at is None:
                return  # somebody else delivered or buried it meanwhile
            failed = attrs.evolve(waiting.message, tries=waiting.message.tries + 1, error=_keepable(error))
            self._put(attrs.evolve(waiting, message=failed, due_at=due_at))

    def _put(self, *changed: Waiting) -> None:
        self._books.outbox |= {waiting.message.id: waiting for waiting in changed}


def _keepable(error: str) -> str:
    """Return what would be left of somebody else's words in a database."""
    return error[:1000].replace("\x00", "").encode(errors="replace").decode()
