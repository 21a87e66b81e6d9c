"""World: a shop over a store and a provider in memory, at a time of its own, for tests of what happens by itself.

├── World                     begin payments, let the provider capture, move the clock
├── SetClock, Ids             the other ports
├── Publishing                a publisher that does what it is told with each message
└── Overridden                an object with some of its methods replaced
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

import attrs
from builders import NOON

from payments.adapters.memory.store import MemoryStore
from payments.adapters.memory_gateway import MemoryGateway
from payments.domain.access import IdempotencyKeys
from payments.domain.checkout import Checkout
from payments.domain.money import Money
from payments.domain.outbox import Courier, Message, Outbox, Publisher
from payments.domain.payment import Payment
from payments.domain.ports import PaymentRepository
from payments.domain.refunds import Refunds
from payments.domain.sweep import Sweep
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer, RefundId
from payments.entrypoints.blocking import run

PRICE = Money(12_000)


@attrs.define
class SetClock:
    """A clock that moves when it is told."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def pass_(self, **span: float) -> None:
        self.time += timedelta(**span)


@attrs.define
class Ids:
    """Names in a row: m_1, r_2, …"""

    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    def merchant_id(self) -> MerchantId:
        return MerchantId(f"m_{next(self._numbers)}")

    def refund_id(self) -> RefundId:
        return RefundId(f"r_{next(self._numbers)}")


class Store(Protocol):
    """What every store has."""

    @property
    def payments(self) -> PaymentRepository: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...


class World:
    """One shop. Its store may be a real one, shared by several worlds whose names begin with other numbers."""

    def __init__(self, store: Store | None = None, first: int = 1) -> None:
        self.clock = SetClock()
        self.store: Store = store or MemoryStore.empty()
        self.gateway = MemoryGateway(self.clock.now)
        self.checkout = Checkout(
            payments=self.store.payments,
            gateway=self.gateway,
            ids=Ids(itertools.count(first)),
            clock=self.clock,
            mode=Mode.TEST,
        )
        self.sweep = Sweep(self.checkout, Refunds(self.checkout))

    def begun(self, order: str = "o") -> Payment:
        """Begin a payment: two happenings, so two messages."""
        offer = Offer("책", PRICE)
        return run(self.checkout.begin("buyer-1", order, offer, Method.CARD, Caller.buyer("buyer-1")))

    def captured_at_the_provider(self, merchant_id: str) -> GatewayId:
        """Take the money at the provider, and tell nobody."""
        gateway_id = self.gateway.open(merchant_id, PRICE)
        self.gateway.approve(gateway_id)
        return gateway_id

    def courier(self, publisher: Publisher, jitter: Callable[[], float] = lambda: 1.0) -> Courier:
        return Courier(outbox=self.store.outbox, publisher=publisher, clock=self.clock, jitter=jitter)


class Publishing:
    """Keeps what it is told, and does with it what *act* does."""

    def __init__(self, act: Callable[[Message], None] = lambda _: None) -> None:
        self.told: list[Message] = []
        self._act = act

    async def publish(self, message: Message) -> None:
        self.told.append(message)
        self._act(message)


class Overridden:
    """*real*, with some methods replaced."""

    def __init__(self, real: object, **replaced: Any) -> None:
        self._real = real
        self.__dict__ |= replaced

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
