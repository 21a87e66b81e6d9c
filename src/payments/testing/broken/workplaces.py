"""Stores that each break a promise about leases, about payments that nobody hears of yet, or about orphans."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from payments.adapters.memory.books import Waiting
from payments.adapters.memory.orphans import MemoryOrphans
from payments.adapters.memory.payments import MemoryPayments
from payments.domain.books.search import Filter
from payments.domain.event import Event, EventKind
from payments.domain.messages import Message
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId

Change = Callable[[Payment], Payment]
OrphanChange = Callable[[Orphan | None], Orphan]


class ClaimsWithoutALease(MemoryPayments):
    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        self._books.leases.clear()
        return await super().claim(now, until, limit)


class LeasesForEver(MemoryPayments):
    """Never hands out again what was leased once: lost when its worker dies."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        return await super().claim(now, until.replace(year=2999), limit)


class LeasesByTheDueTime(MemoryPayments):
    """Keeps the lease in the due time, so that making a payment due breaks it."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        self._books.leases.clear()
        claimed = await super().claim(now, until, limit)
        self._books.payments |= {p.merchant_id: p.scheduled(until) for p in claimed}
        return claimed


class EndsALeaseWithEachChange(MemoryPayments):
    async def update(self, merchant_id: MerchantId, change: Change) -> Payment:
        changed = await super().update(merchant_id, change)
        self._books.leases.pop(merchant_id, None)
        return changed


class RenewsForAnybody(MemoryPayments):
    async def renew(self, merchant_id: MerchantId, until: datetime, to: datetime) -> bool:  # noqa: ARG002 - not asked
        self._books.leases[merchant_id] = to
        return True


class ReleasesForAnybody(MemoryPayments):
    """Ends whatever lease there is, also that of a worker who took over."""

    async def release(self, merchant_id: MerchantId, until: datetime) -> None:  # noqa: ARG002 - not asked
        self._books.leases.pop(merchant_id, None)


class NeverReleases(MemoryPayments):
    async def release(self, merchant_id: MerchantId, until: datetime) -> None:
        """Do nothing."""


class ClaimsRoutineFirst(MemoryPayments):
    """Claims by the due time alone, and what is routine has been due for longest."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        every = await super().claim(now, until, len(self._books.payments))
        for payment in (chosen := sorted(every, key=lambda p: p.due_at or now))[limit:]:
            await self.release(payment.merchant_id, until)
        return chosen[:limit]


class TellsOfUnannouncedPayments(MemoryPayments):
    async def add(self, payment: Payment) -> Payment:
        added = await super().add(payment)
        if not payment.version:
            event = Event(kind=EventKind.BEGUN, at=payment.created_at, by=payment.begun_by)
            message = Message.about(payment, event)
            self._books.outbox[message.id] = Waiting.due_at_once(message)
        return added


class ListsUnannouncedPayments(MemoryPayments):
    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        announced = {name: attrs.evolve(p, version=p.version or 1) for name, p in self._books.payments.items()}
        before_that, self._books.payments = self._books.payments, announced
        try:
            return await super().page(which, before, limit)
        finally:
            self._books.payments = before_that


class ForgetsTheMessagesOfOrphans(MemoryOrphans):
    async def update(self, gateway_id: GatewayId, change: OrphanChange, provider: str = DEFAULT_PROVIDER) -> Orphan:
        waiting = dict(self._books.outbox)
        stored = await super().update(gateway_id, change, provider)
        self._books.outbox = waiting
        return stored


class TellsOrphansApartByTheirVersion(MemoryOrphans):
    """Names a message so that two orphans share it: the second one overwrites the first."""

    async def update(self, gateway_id: GatewayId, change: OrphanChange, provider: str = DEFAULT_PROVIDER) -> Orphan:
        known = set(self._books.outbox)
        stored = await super().update(gateway_id, change, provider)
        for name in set(self._books.outbox) - known:
            waiting = self._books.outbox.pop(name)
            again = attrs.evolve(waiting.message, id=f"orphan_{waiting.message.version}")
            self._books.outbox[again.id] = attrs.evolve(waiting, message=again)
        return stored


class BelievesAnyOrphan(MemoryOrphans):
    """Stores whatever the change returns."""

    async def update(self, gateway_id: GatewayId, change: OrphanChange, provider: str = DEFAULT_PROVIDER) -> Orphan:
        after = change(self._books.orphans.get((provider, gateway_id)))
        self._books.orphans[provider, gateway_id] = after
        return after


class ClaimsOrphansWithoutALease(MemoryOrphans):
    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Orphan]:
        before = dict(self._books.orphans)
        claimed = await super().claim(now, until, limit)
        self._books.orphans.clear()
        self._books.orphans.update(before)
        return claimed


class StartsOverAfterAnUnknownOrphan(MemoryOrphans):
    async def page(self, before: GatewayId | None, limit: int, *, open_only: bool) -> Sequence[Orphan]:
        known = before if any(name == before for _, name in self._books.orphans) else None
        return await super().page(known, limit, open_only=open_only)
