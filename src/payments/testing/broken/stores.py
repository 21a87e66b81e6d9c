"""Stores that each break one promise, as hurried hands would: the contracts must notice every one of them."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from payments.adapters.memory.access import MemoryIdempotencyKeys
from payments.adapters.memory.books import Books
from payments.adapters.memory.hints import MemoryHints
from payments.adapters.memory.orphans import MemoryOrphans
from payments.adapters.memory.outbox import MemoryOutbox
from payments.adapters.memory.payments import MemoryPayments
from payments.adapters.memory.people import MemoryAudit, MemoryOperators, MemoryPeople
from payments.adapters.memory.store import MemoryStore
from payments.domain.access import KeptAnswer
from payments.domain.books.search import Filter
from payments.domain.errors import StorageConflict
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.successor import check_successor
from payments.domain.values import DEFAULT_PROVIDER, MerchantId

Change = Callable[[Payment], Payment]


class ForgetsTheEvent(MemoryPayments):
    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        told = self._books.timelines[merchant_id]
        changed = await super().update(merchant_id, change)
        self._books.timelines[merchant_id] = told
        return changed


class ForgetsTheMessage(MemoryPayments):
    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        waiting = dict(self._books.outbox)
        changed = await super().update(merchant_id, change)
        self._books.outbox = waiting
        return changed


class LosesUpdates(MemoryPayments):
    """Reads, decides, and writes over whatever is there by then."""

    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        before = await self.get(merchant_id)
        after = change(before)
        return before if after is before else self._store(after)


class ComparesTheVersionAlone(MemoryPayments):
    """Holds no lock, and swaps where the version is still the same: bookkeeping does not move it."""

    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        while True:
            before = await self.get(merchant_id)
            after = change(before)
            time.sleep(0.001)  # lets the others read, too
            with self._books.open():
                if (await self.get(merchant_id)).version == before.version:
                    return self._store(after)


class WritesBeforeItAsks(MemoryPayments):
    """Marks the payment as looked at before the change has been made, and leaves it so when there is none."""

    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        before = await self.get(merchant_id)
        self._books.payments[merchant_id] = before.checked_at(before.created_at)
        return await super().update(merchant_id, lambda _: change(before))


class SwallowsWhatAChangeRaises(MemoryPayments):
    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        try:
            return await super().update(merchant_id, change)
        except Exception:  # noqa: BLE001 - the very mistake that is to be noticed
            return await self.get(merchant_id)


class SwallowsAClash(MemoryPayments):
    async def add(self, payment: Payment) -> Payment:
        try:
            return await super().add(payment)
        except StorageConflict:
            return payment


class StoresRowByRow(MemoryPayments):
    """Claims one attempt after the other, and keeps the first ones where a later one clashes."""

    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        changed = change(await self.get(merchant_id))
        for attempt in changed.attempts:
            self._books.owners.setdefault((changed.provider, attempt.gateway_id), merchant_id)
        return await super().update(merchant_id, change)


class LetsAnAttemptPayTwice(MemoryPayments):
    def _store(self, payment: Payment) -> Payment:
        self._books.owners.clear()
        return super()._store(payment)


class LetsAnOrderLiveTwice(MemoryPayments):
    async def add(self, payment: Payment) -> Payment:
        self._books.live.pop((payment.buyer, payment.order), None)
        return await super().add(payment)


class KeepsOrdersForEver(MemoryPayments):
    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        live = dict(self._books.live)
        changed = await super().update(merchant_id, change)
        self._books.live = live
        return changed


class LooksAtTheVersionAlone(MemoryPayments):
    """Stores only what moves the version."""

    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        def counted(before: Payment) -> Payment:
            after = change(before)
            return before if after.version == before.version else after

        return await super().update(merchant_id, counted)


class HandsNewsBack(MemoryPayments):
    def _store(self, payment: Payment) -> Payment:
        super()._store(payment)
        self._books.payments[payment.merchant_id] = payment
        return payment


class OverwritesWhatIsThere(MemoryPayments):
    async def add(self, payment: Payment) -> Payment:
        check_successor(None, payment)
        return self._store(payment)


class BelievesAnyChange(MemoryPayments):
    """Stores whatever the change returns."""

    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        with self._books.open(to_change=True):
            return self._store(change(self._known(merchant_id)))


class PagesByOffset(MemoryPayments):
    """Goes on at the number of the row, which moves when others are begun."""

    _at: dict[MerchantId, int] = {}  # noqa: RUF012 - where each page that was ever shown ended

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        start = self._at[before] if before else 0
        rows = list(await super().page(which, None, start + limit))[start:]
        self._at.update((payment.merchant_id, start + number) for number, payment in enumerate(rows, 1))
        return rows


class PagesByTimeAlone(MemoryPayments):
    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        rows = await super().page(which, None, len(self._books.payments))
        last = await self.get(before) if before else None
        return [row for row in rows if last is None or row.created_at < last.created_at][:limit]


class ShowsTheWayPastOthers(MemoryPayments):
    """Takes another buyer's payment for a place in the list."""

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        everything = await super().page(Filter(), before, len(self._books.payments))
        return [row for row in everything if row.buyer == which.buyer][:limit]


class MovesTheWatermarkAnywhere(MemoryPayments):
    async def move_reconciled_until(self, to: datetime, provider: str = DEFAULT_PROVIDER) -> None:
        self._books.reconciled_until[provider] = to


class ForgetsWhatItHandsOut(MemoryOutbox):
    """At most once instead of at least once."""

    async def claim(self, now: datetime, until: datetime, limit: int, *, in_order: bool = False) -> Sequence[Message]:
        claimed = await super().claim(now, until, limit, in_order=in_order)
        for message in claimed:
            await self.delivered(message.id)
        return claimed


class OvertakesADeadLetter(MemoryOutbox):
    """Keeps the order only among messages that still wait."""

    def _has_earlier(self, message: Message) -> bool:
        waiting = [w.message for w in self._books.outbox.values() if w.due_at is not None]
        return any(one.merchant_id == message.merchant_id and one.version < message.version for one in waiting)


class SkipsWhatStillWaits(MemoryOutbox):
    async def skip(self, message_id: str) -> bool:
        return self._books.outbox.pop(message_id, None) is not None


class SpeaksAnew(MemoryOutbox):
    """Writes a message again for each try."""

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        await super().postpone(message_id, due_at, error)
        waiting = self._books.outbox[message_id]
        fresh = attrs.evolve(waiting.message, body=waiting.message.body.replace("}", ',"again":true}', 1))
        self._put(attrs.evolve(waiting, message=fresh))


class ForgetsWithoutALimit(MemoryOutbox):
    async def forget(self, before: datetime, limit: int) -> int:  # noqa: ARG002 - that is what is broken
        return await super().forget(before, 1_000_000)


class ForgetsWhatStillWaits(MemoryOutbox):
    """By age alone, also what is on its way."""

    async def forget(self, before: datetime, limit: int) -> int:
        old = [name for name, w in self._books.outbox.items() if w.message.created_at < before][:limit]
        for name in old:
            del self._books.outbox[name]
        return len(old)


class ReplaysAnything(MemoryOutbox):
    async def replay(self, message_id: str, now: datetime) -> bool:
        await self.bury(message_id, "")
        return await super().replay(message_id, now)


class AnswersAnyRequest(MemoryIdempotencyKeys):
    """Looks at the key, not at what is asked with it."""

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        return await super().claim_key(scope, key, fingerprint[:0], now, until, owner)


class WaitsForTheDead(MemoryIdempotencyKeys):
    """Never takes over the claim of a process that died."""

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        return await super().claim_key(scope, key, fingerprint, now, until + timedelta(days=1_000), owner)


def store_with(broken: type) -> MemoryStore:
    """Return a store of which one port is *broken*."""
    healthy, books = MemoryStore.empty(), Books()
    return attrs.evolve(
        healthy,
        payments=(broken if issubclass(broken, MemoryPayments) else MemoryPayments)(books),
        orphans=(broken if issubclass(broken, MemoryOrphans) else MemoryOrphans)(books),
        outbox=(broken if issubclass(broken, MemoryOutbox) else MemoryOutbox)(books),
        idempotency_keys=broken() if issubclass(broken, MemoryIdempotencyKeys) else healthy.idempotency_keys,
        hints=(broken if issubclass(broken, MemoryHints) else MemoryHints)(books),
        people=MemoryPeople(
            operators=broken() if issubclass(broken, MemoryOperators) else MemoryOperators(),
            audit=broken() if issubclass(broken, MemoryAudit) else MemoryAudit(),
        ),
    )
