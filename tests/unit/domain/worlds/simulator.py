"""World: shop, store, provider and clock; buyers act at the provider, and time passes."""

import itertools
import json
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, cast

import attrs
from builders import NOON
from unit.domain.worlds.processes import Pausing, Process
from unit.domain.worlds.wire import PATIENCE, Wire

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.memory.store import MemoryStore
from payments.domain.event import Event
from payments.domain.messages import DeliveryFailed, Message, Outbox, Publisher
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.ports import Gateway, Orphans, PaymentRepository
from payments.domain.refund import Refund
from payments.domain.refunding import OVERTAKEN
from payments.domain.report import Report
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.reconciliation import SETTLED_AFTER
from payments.domain.use_cases.sweep import Swept
from payments.domain.use_cases.wiring import Policy, UseCases
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer, RefundId
from payments.entrypoints.blocking import run
from payments.testing.shop import KeptAlarms

ENOUGH = 2_000
"""More rounds than a worker can need to bring any world of these tests to rest."""


class Ids:
    """Names in the order they are asked for, so that a failure can be read."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def merchant_id(self) -> MerchantId:
        return MerchantId(f"m{next(self._numbers)}")

    def refund_id(self) -> RefundId:
        return RefundId(f"r{next(self._numbers)}")

    def is_ours(self, merchant_id: MerchantId) -> bool:
        return merchant_id.startswith("m")


class Shop:
    """The shop that is told of every change. While `closed`, it takes nothing."""

    def __init__(self) -> None:
        self.told: set[tuple[str, int]] = set()
        self.closed = False

    async def publish(self, message: Message) -> None:
        if self.closed:
            raise DeliveryFailed("The shop did not answer.")
        body = json.loads(message.body)
        about = body["data"]["gateway_id" if body["type"].startswith("orphan.") else "merchant_id"]
        self.told.add((about, body["data"]["version"]))


@attrs.define(slots=False)
class World:
    """Everything there is. The test starts processes and steps them; buyers act at the provider themselves."""

    hold_strays: bool = False
    mode: Mode = Mode.TEST
    time: datetime = NOON
    processes: list[Process] = attrs.Factory(list)
    attempts: list[GatewayId] = attrs.Factory(list)
    breaches: list[object] = attrs.Factory(list)

    def __attrs_post_init__(self) -> None:
        self.store = MemoryStore.empty()
        self.provider = MemoryGateway(self.now, mode=self.mode, page_size=2)
        self.wire = Wire(self.provider, self.now, self.witness)
        self.shop = Shop()
        self.alarms = KeptAlarms()
        use_cases = UseCases.over(
            payments=cast(PaymentRepository, Pausing(self.store.payments)),
            orphans=cast(Orphans, Pausing(self.store.orphans)),
            gateway=cast(Gateway, self.wire),
            ids=Ids(),
            clock=self,
            alarms=self.alarms,
            policy=Policy(mode=self.mode, hold_strays=self.hold_strays),
        )
        self.checkout, self.refunds, self.refresher = use_cases.checkout, use_cases.refunds, use_cases.refresher
        self.sweep, self.reconciliation = use_cases.sweep, use_cases.reconciliation
        self.courier = Courier(
            outbox=cast(Outbox, Pausing(self.store.outbox)),
            publisher=cast(Publisher, Pausing(self.shop)),
            clock=self,
            jitter=lambda: 1.0,
        )
        self.does(self.reconciliation.catch_up())  # as a worker does when it starts for the first time

    # the shop's side

    def now(self) -> datetime:
        return self.time

    def start(self, use_case: Coroutine[Any, Any, Any], name: str = "") -> Process:
        """Have a use case begin; it stands before its first pause until it is stepped."""
        process = Process(name or getattr(use_case, "__name__", "?"), use_case)
        self.processes.append(process)
        return process

    def running(self) -> list[Process]:
        return [process for process in self.processes if process.alive]

    def does(self, use_case: Coroutine[Any, Any, Any]) -> Any:
        """Run a use case from its beginning to its end, alone; return or raise what it does."""
        process = self.start(use_case).run()
        if process.error:
            raise process.error
        return process.result

    def begin(self, order: str = "order", amount: int = 12_000, buyer: str = "ann") -> Coroutine[Any, Any, Payment]:
        offer = Offer("멤버십 1년", Money(amount))
        return self.checkout.begin(buyer, order, offer, Method.CARD, Caller.buyer(buyer))

    def payments(self) -> list[Payment]:
        """All that is stored, the oldest first: those that are not announced yet, too."""
        stored = self.store.payments._books.payments.values()
        return sorted(stored, key=lambda payment: (payment.created_at, payment.merchant_id))

    def orphans(self) -> list[Orphan]:
        return list(run(self.store.orphans.page(None, 1_000, open_only=False)))

    def payment(self, merchant_id: MerchantId) -> Payment:
        return run(self.store.payments.get(merchant_id))

    def timeline(self, merchant_id: MerchantId) -> list[Event]:
        return list(run(self.store.payments.timeline(merchant_id)))

    def reconciled_until(self) -> datetime | None:
        return run(self.store.payments.reconciled_until())

    # the provider's side

    def opens(self, payment: Payment, **how: Any) -> GatewayId:
        """Have the buyer open a payment window: of this payment's price unless told otherwise."""
        attempt = self.provider.open(payment.merchant_id, how.pop("price", payment.price), **how)
        self.attempts.append(attempt)
        return attempt

    def pays(self, payment: Payment, **how: Any) -> GatewayId:
        """Have the buyer open a window and pay there."""
        attempt = self.opens(payment, **how)
        self.provider.approve(attempt)
        return attempt

    def truth(self) -> list[Report]:
        """What is true of every attempt now, whether or not a look-up would show it."""
        rows = self.provider._rows
        return [rows[attempt].report for attempt in self.attempts if attempt in rows]

    # time, and the end of all trouble

    def pass_time(self, wait: timedelta) -> None:
        """Let time pass: nothing stays on its way to the provider for longer than PATIENCE."""
        self.time += wait
        self.wire.arrive(before=self.time - PATIENCE)

    def recovers(self) -> None:
        """Stop all faults, let everybody finish, and have the worker work until there is nothing left to wait for."""
        self.wire.faults.clear()
        self.shop.closed = False
        for process in self.processes:
            process.run()
        self.wire.arrive()
        for _ in range(ENOUGH):
            if not self._worked():
                break
        else:
            raise AssertionError("the worker never comes to rest")
        self.does(self.courier.deliver(1_000))
        hours = range(100)  # longer than a message waits for its next try
        while self.untold() and hours:
            hours = hours[1:]
            self.time += timedelta(hours=1)
            self.does(self.courier.deliver(1_000))

    def _worked(self) -> bool:
        """Do what is due, else let time pass until something is, else reconcile; False if nothing is left to do."""
        swept: Swept = self.does(self.sweep.sweep())
        self.breaches += swept.troubles  # without faults there is none
        if swept.visited:
            return True
        dues = [p.due_at for p in self.payments() if p.due_at and not p.is_routine]
        if dues:  # a dead worker may still have the lease of what is due
            self.time = max(self.time + timedelta(seconds=1), min(dues))
            return True
        self.time += SETTLED_AFTER
        found: Swept = self.does(self.reconciliation.catch_up())
        self.breaches += found.troubles
        return found.changed > 0

    def untold(self) -> set[tuple[str, int]]:
        """The changes that the shop has not heard of, by payment or orphan, and version."""
        versions = {str(p.merchant_id): p.version for p in self.payments()}
        versions |= {str(orphan.gateway_id): orphan.version for orphan in self.orphans()}
        happened = {(name, number) for name, version in versions.items() for number in range(1, version + 1)}
        return happened - self.shop.told

    def witness(self, name: str, args: tuple[Any, ...]) -> None:
        """Note it where something that moves money is sent without a committed row that says so."""
        if name == "prepare" and self.payment(args[0]).price != args[1]:
            self.breaches.append(f"prepared {args} without a row")
        if name == "refund":
            refund: Refund = args[0]
            rows = [r for p in self.payments() for r in p.refunds if r.id == refund.id]
            if [(r.gateway_id, r.amount, r.sends) for r in rows] != [(refund.gateway_id, refund.amount, refund.sends)]:
                self.breaches.append(f"sent {refund} without a row")
            gone = rows and rows[0].failure == OVERTAKEN  # while it was leaving: the provider can only refuse it
            if not rows or not (gone or rows[0].may_be_at_work(self.now())):
                self.breaches.append(f"sent {refund} without a send that is stored")
