"""A wired shop on memory: the use cases over a store, a provider and a clock that a test controls."""

import itertools
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import attrs

from payments.adapters.in_process.subscribers import Subscribers
from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.memory.store import MemoryStore
from payments.domain.payment import Payment
from payments.domain.ports import MerchantIdPolicy
from payments.domain.schedule import EXPIRES_AFTER
from payments.domain.store import Store
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.outbox import Courier, Message
from payments.domain.use_cases.refunds import Refunds
from payments.domain.use_cases.sweep import Sweep
from payments.domain.values import GatewayId, MerchantId, Mode, RefundId
from payments.entrypoints.blocking import run

T = TypeVar("T")

NOON: Final = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # a Monday noon in Seoul


@attrs.define
class ManualClock:
    """A clock that stands still until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return self.time

    def advance(self, **span: float) -> None:
        """Move forward by the arguments of a timedelta: `advance(minutes=30)`."""
        self.time += timedelta(**span)


@attrs.define
class NumberedIds:
    """Ids in a row: m_1, r_2, m_3, … Give each shop over one store another *first* number."""

    first: int = 1
    _numbers: Iterator[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._numbers = itertools.count(self.first)

    def merchant_id(self) -> MerchantId:
        """Return the next id, for a payment."""
        return MerchantId(f"m_{next(self._numbers)}")

    def refund_id(self) -> RefundId:
        """Return the next id, for a refund."""
        return RefundId(f"r_{next(self._numbers)}")


@attrs.frozen(kw_only=True)
class Shop:
    """Everything a shop is made of. `messages` are those that `work` delivered, oldest first."""

    store: Store
    gateway: MemoryGateway
    clock: ManualClock
    checkout: Checkout
    refunds: Refunds
    sweep: Sweep
    courier: Courier
    messages: list[Message]

    @staticmethod
    def run(use_case: Coroutine[Any, Any, T]) -> T:
        """Return what the use case returns, or raise what it raises."""
        return run(use_case)

    def pay(self, payment: Payment) -> GatewayId:
        """Have the buyer pay in the provider's window, and return the attempt. Nobody here is told about it."""
        attempt = self.gateway.open(payment.merchant_id, payment.price)
        self.gateway.approve(attempt)
        return attempt

    def work(self) -> None:
        """Do what `payments worker` does, once: attend to the payments that are due, and deliver what waits."""
        self.run(self.sweep.sweep())
        while self.run(self.courier.deliver()):
            pass


def shop(
    *,
    store: Store | None = None,
    ids: MerchantIdPolicy | None = None,
    clock: ManualClock | None = None,
    hold_strays: bool = False,
    expires_after: timedelta = EXPIRES_AFTER,
    jitter: Callable[[], float] = lambda: 1.0,
) -> Shop:
    """Return a shop in test mode. Its store is in memory, unless another *store* is given."""
    store, clock, messages = store or MemoryStore.empty(), clock or ManualClock(), list[Message]()
    gateway = MemoryGateway(clock.now)
    checkout = Checkout(
        payments=store.payments,
        gateway=gateway,
        ids=ids or NumberedIds(),
        clock=clock,
        mode=Mode.TEST,
        hold_strays=hold_strays,
        expires_after=expires_after,
    )
    refunds = Refunds(checkout)
    return Shop(
        store=store,
        gateway=gateway,
        clock=clock,
        checkout=checkout,
        refunds=refunds,
        sweep=Sweep(checkout, refunds),
        courier=Courier(outbox=store.outbox, publisher=Subscribers((messages.append,)), clock=clock, jitter=jitter),
        messages=messages,
    )
