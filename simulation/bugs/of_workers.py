"""Planted bugs of workers and storage: sweeps, reconciliation, leases, transactions, messages."""

from datetime import timedelta
from typing import Any

import attrs

from payments.adapters.memory.books import Waiting
from payments.adapters.memory.payments import MemoryPayments
from payments.adapters.system.merchant_ids import RandomIds
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.use_cases import reconciliation, refreshing
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.reconciliation import Reconciliation
from payments.domain.use_cases.sweep import Sweep, Swept
from simulation.bugs.planting import MEMORY, bug, replaced
from simulation.scheduler import passing

_store = MemoryPayments._store
_update = MemoryPayments.update
_visit = Sweep._visit


@replaced("no sweep", 100_000, Sweep, "sweep")
async def _asleep(*_: Any) -> Swept:
    return Swept()


@replaced("expiry without a look", 100_000, Sweep, "_visit")
async def _expires_first(self: Any, payment: Payment, done: Any) -> Payment:
    now = self.clock.now()
    await self.payments.update(payment.merchant_id, lambda p: p.expired(now, self.grace, self.deposit_grace))
    return await _visit(self, payment, done)


@replaced("reconciliation reads each page once", 100_001, Reconciliation, "_compare")
async def _once(self: Any, it: Any, start: Any, end: Any, done: Any) -> None:
    seen: set[tuple[object, ...]] = set()
    number, pages = 1, 1
    while number <= pages:
        page = await it.gateway.listing(start, end, number)
        await self._record_page(page, seen, done)
        pages, number = page.pages, number + 1


@replaced("reconciliation reads the first page alone", 100_001, Reconciliation, "_compare")
async def _first_page(self: Any, it: Any, start: Any, end: Any, done: Any) -> None:
    await self._record_page(await it.gateway.listing(start, end, 1), set(), done)


_MINUTE = timedelta(minutes=1)
bug("overlap of a minute", 100_002, (reconciliation, "RECENT", _MINUTE), (reconciliation, "SETTLED_AFTER", _MINUTE))
bug("spans of 91 days", 100_003, (reconciliation._List, "longest", property(lambda _: timedelta(days=91))))


@replaced("the mark moves before the look", 100_001, Reconciliation, "catch_up")
async def _marks_first(self: Any) -> Swept:
    end, mark = self.clock.now() - reconciliation.SETTLED_AFTER, await self.payments.reconciled_until()
    await self.payments.move_reconciled_until(end)
    return await self.between(mark, end) if mark else Swept()


bug("captures of other systems are booked", 100_001, (RandomIds, "is_ours", lambda *_: True))
bug("colliding ids", 100_000, (RandomIds, "merchant_id", lambda self: self.prefix + self.choose("abcd")))
bug("colliding refund ids", 100_000, (RandomIds, "refund_id", lambda self: "r" + self.choose("ab")))


@replaced("an orphan is not booked", 100_001, refreshing.Refresher, "_record_orphan")
async def _not_booked(*_: Any) -> None:
    return


@replaced("the lease is ignored", 100_000, MemoryPayments, "claim", store=MEMORY)
async def _unleased(self: Any, now: Any, until: Any, limit: int) -> list[Payment]:
    due = sorted((p.due_at, p.merchant_id) for p in self._books.payments.values() if p.due_at and p.due_at <= now)
    claimed = [name for _, name in due[:limit]]
    self._books.leases |= dict.fromkeys(claimed, until)
    return [self._books.payments[name] for name in claimed]


@replaced("the last write wins", 100_002, MemoryPayments, "update", store=MEMORY)
async def _overwriting(self: Any, merchant_id: Any, change: Any) -> Payment:
    before = self._known(merchant_id)
    after: Payment = change(before)
    if after is before:
        return before
    await passing(30)
    return _store(self, after)


@replaced("the event is outside the transaction", 100_003, MemoryPayments, "update", store=MEMORY)
async def _apart(self: Any, merchant_id: Any, change: Any) -> Payment:
    before = self._known(merchant_id)
    after: Payment = change(before)
    if after is before:
        return before
    stored = _store(self, attrs.evolve(after, new_events=()))
    await passing(30)
    told = [Waiting.due_at_once(Message.about(after, event)) for event in after.new_events]
    self._books.outbox |= {one.message.id: one for one in told}
    self._books.timelines[merchant_id] = (*self._books.timelines[merchant_id], *after.new_events)
    return stored


@replaced("told before it is saved", 100_000, MemoryPayments, "update", store=MEMORY)
async def _told_first(self: Any, merchant_id: Any, change: Any) -> Payment:
    foreseen = change(self._known(merchant_id))
    told = [Waiting.due_at_once(Message.about(foreseen, event)) for event in foreseen.new_events]
    self._books.outbox |= {one.message.id: one for one in told}
    await passing(2_000)
    return await _update(self, merchant_id, change)


@replaced("a message is forgotten before it is delivered", 100_000, Courier, "_arrived")
async def _forgotten(self: Any, message: Message) -> bool:
    await self.outbox.delivered(message.id)
    await self.publisher.publish(message)
    return True


@replaced("a failed message is dropped", 100_000, Courier, "_failed")
async def _dropped(self: Any, message: Message, failure: Any) -> None:
    await self.outbox.bury(message.id, str(failure))
