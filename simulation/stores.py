"""The ports of the database as one machine has them: each call pauses, may fail, and what it wrote is observed.

Conflicts are injected here, and lost answers in `calling`; real ones stay to the tests with real databases.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from payments.domain.books.search import Filter
from payments.domain.errors import ConcurrentUpdate, MerchantIdTaken, StorageUnavailable
from payments.domain.event import Event
from payments.domain.messages import DeliveryFailed, Message
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.ports import Alarm
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId
from simulation.calling import Call, Calls

if TYPE_CHECKING:
    from simulation.world import World


class _Port:
    """What all ports of the database share."""

    def __init__(self, world: "World", calls: Calls) -> None:
        self._world, self._calls, self._store = world, calls, calls.store
        self._scheduler, self._chance = world.scheduler, world.chance

    async def _read(self, name: str, call: Call) -> Any:
        await self._begin(name)
        return await self._calls.read(name, call)

    async def _write(self, name: str, call: Call) -> Any:
        await self._begin(name)
        if self._chance.happens(self._world.faults.conflicts):
            self._world.count("fault", "conflict")
            raise ConcurrentUpdate("Other writers were first. Nothing was stored.")
        return await self._calls.write(name, call)

    async def _begin(self, name: str) -> None:
        await self._scheduler.pause(f"before {name}", self._chance.moment())
        if self._chance.happens(self._world.faults.storage):
            self._world.count("fault", "database away")
            raise StorageUnavailable("The database could not be reached. Nothing was stored.")


class PausingPayments(_Port):
    """PaymentRepository."""

    async def add(self, payment: Payment) -> Payment:
        async def call() -> Payment:
            if self._chance.happens(self._world.faults.clashes):
                self._world.count("fault", "merchant id taken")
                raise MerchantIdTaken("This merchant id is in use. Nothing was stored.")
            try:
                added = await self._store.payments.add(payment)
            except MerchantIdTaken:
                self._world.laws.broken("5 ids belong to one payment", f"{payment.merchant_id} was drawn twice")
                raise
            self._world.laws.wrote(None, added, payment.new_events)
            return added

        return await self._write("add", call)  # type: ignore[no-any-return]

    async def get(self, merchant_id: MerchantId) -> Payment:
        return await self._read("get", lambda: self._store.payments.get(merchant_id))  # type: ignore[no-any-return]

    async def live(self, buyer: str, order: str) -> Payment | None:
        return await self._read("live", lambda: self._store.payments.live(buyer, order))  # type: ignore[no-any-return]

    async def update(self, merchant_id: MerchantId, change: Callable[[Payment], Payment]) -> Payment:
        observed: list[tuple[Payment, Payment]] = []

        def watched(before: Payment) -> Payment:
            observed[:] = [(before, after := change(before))]
            return after

        async def call() -> Payment:
            stored = await self._store.payments.update(merchant_id, watched)
            before, after = observed[0]
            if after is not before:
                self._world.laws.wrote(before, stored, after.new_events)
            return stored

        return await self._write("update", call)  # type: ignore[no-any-return]

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        return await self._read("page", lambda: self._store.payments.page(which, before, limit))  # type: ignore[no-any-return]

    async def timeline(self, merchant_id: MerchantId) -> Sequence[Event]:
        return await self._read("timeline", lambda: self._store.payments.timeline(merchant_id))  # type: ignore[no-any-return]

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        async def call() -> Sequence[Payment]:
            claimed = await self._store.payments.claim(now, until, limit)
            self._world.laws.claimed([payment.merchant_id for payment in claimed], now, until)
            return claimed

        return await self._write("claim", call)  # type: ignore[no-any-return]

    async def renew(self, merchant_id: MerchantId, until: datetime, to: datetime) -> bool:
        async def call() -> bool:
            renewed = await self._store.payments.renew(merchant_id, until, to)
            if renewed:
                self._world.laws.renewed(merchant_id, to)
            return renewed

        return await self._write("renew", call)  # type: ignore[no-any-return]

    async def release(self, merchant_id: MerchantId, until: datetime) -> None:
        async def call() -> None:
            await self._store.payments.release(merchant_id, until)
            self._world.laws.released(merchant_id, until)

        await self._write("release", call)

    async def reconciled_until(self, provider: str = DEFAULT_PROVIDER) -> datetime | None:
        return await self._read("mark", lambda: self._store.payments.reconciled_until(provider))  # type: ignore[no-any-return]

    async def move_reconciled_until(self, to: datetime, provider: str = DEFAULT_PROVIDER) -> None:
        async def call() -> None:
            await self._store.payments.move_reconciled_until(to, provider)
            self._world.laws.mark_moved(to, provider)

        await self._write("move mark", call)


class PausingOrphans(_Port):
    """Orphans."""

    async def update(
        self, gateway_id: GatewayId, change: Callable[[Orphan | None], Orphan], provider: str = DEFAULT_PROVIDER
    ) -> Orphan:
        events: list[Event] = []

        def watched(before: Orphan | None) -> Orphan:
            after = change(before)
            events[:] = after.new_events if after is not before else ()
            return after

        async def call() -> Orphan:
            stored = await self._store.orphans.update(gateway_id, watched, provider)
            self._world.laws.wrote_orphan(stored, events)
            return stored

        return await self._write("update orphan", call)  # type: ignore[no-any-return]

    async def find(self, gateway_id: GatewayId, provider: str = DEFAULT_PROVIDER) -> Orphan | None:
        return await self._read("find orphan", lambda: self._store.orphans.find(gateway_id, provider))  # type: ignore[no-any-return]

    async def page(self, before: GatewayId | None, limit: int, *, open_only: bool) -> Sequence[Orphan]:
        return await self._read(  # type: ignore[no-any-return]
            "page orphans", lambda: self._store.orphans.page(before, limit, open_only=open_only)
        )

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Orphan]:
        async def call() -> Sequence[Orphan]:
            claimed = await self._store.orphans.claim(now, until, limit)
            for orphan in claimed:
                self._world.laws.wrote_orphan(orphan, [])
            return claimed

        return await self._write("claim orphans", call)  # type: ignore[no-any-return]


class PausingOutbox(_Port):
    """Outbox, as far as a courier uses it."""

    async def claim(self, now: datetime, until: datetime, limit: int, *, in_order: bool = False) -> Sequence[Message]:
        return await self._write(  # type: ignore[no-any-return]
            "claim messages", lambda: self._store.outbox.claim(now, until, limit, in_order=in_order)
        )

    async def delivered(self, message_id: str) -> None:
        await self._write("delivered", lambda: self._store.outbox.delivered(message_id))

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        await self._write("postpone", lambda: self._store.outbox.postpone(message_id, due_at, error))

    async def bury(self, message_id: str, error: str) -> None:
        await self._write("bury", lambda: self._store.outbox.bury(message_id, error))

    async def dead(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        return await self._read("dead letters", lambda: self._store.outbox.dead(limit, merchant_id))  # type: ignore[no-any-return]

    async def waiting(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        return await self._read("waiting", lambda: self._store.outbox.waiting(limit, merchant_id))  # type: ignore[no-any-return]

    async def hurry(self, now: datetime, *, beyond: datetime | None = None, but: Collection[str] = ()) -> int:
        hurried = partial(self._store.outbox.hurry, now, beyond=beyond, but=but)
        return await self._write("hurry", hurried)  # type: ignore[no-any-return]

    async def replay(self, message_id: str, now: datetime) -> bool:
        return await self._write("replay", lambda: self._store.outbox.replay(message_id, now))  # type: ignore[no-any-return]

    async def skip(self, message_id: str) -> bool:
        return await self._write("skip", lambda: self._store.outbox.skip(message_id))  # type: ignore[no-any-return]

    async def forget(self, before: datetime, limit: int) -> int:
        return await self._write("forget", lambda: self._store.outbox.forget(before, limit))  # type: ignore[no-any-return]


class PausingShop:
    """The shop's own endpoint and its pager: Publisher and Alarms."""

    def __init__(self, world: "World") -> None:
        self._world = world

    async def publish(self, message: Message) -> None:
        world = self._world
        await world.scheduler.pause("before publish", world.chance.travel())
        if world.chance.happens(world.faults.deliveries):
            world.count("fault", "shop does not answer")
            raise DeliveryFailed("The shop did not answer.")
        world.laws.told(message)
        if world.chance.happens(world.faults.deliveries / 4):
            world.count("fault", "shop's answer lost")
            raise DeliveryFailed("The shop's answer was lost.")
        await world.scheduler.pause("after publish", world.chance.travel())

    async def raise_alarm(self, alarm: Alarm) -> None:
        await self._world.scheduler.pause("before alarm", 1)
        self._world.alarm(alarm)
