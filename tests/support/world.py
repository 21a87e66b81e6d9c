"""World: a shop over a store and a provider in memory, at a time of its own, for tests of what happens by itself.

├── World                     begin payments, let the provider capture, move the clock
├── Publishing                a publisher that does what it is told with each message
└── Overridden                an object with some of its methods replaced
"""

from collections.abc import Callable
from typing import Any

from payments import testing
from payments.domain.messages import Message, Publisher
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.store import Store
from payments.domain.use_cases.outbox import Courier
from payments.domain.values import Caller, GatewayId, Method, Offer
from payments.entrypoints.blocking import run

PRICE = Money(12_000)


class World:
    """One shop. Its store may be a real one, shared by several worlds whose names begin with other numbers."""

    def __init__(self, store: Store | None = None, first: int = 1) -> None:
        shop = testing.shop(store=store, ids=testing.NumberedIds(first))
        self.store, self.clock, self.gateway = shop.store, shop.clock, shop.gateway
        self.checkout, self.sweep = shop.checkout, shop.sweep
        self.refresher, self.refunds, self.reconciliation = shop.refresher, shop.refunds, shop.reconciliation

    def begun(self, order: str = "o") -> Payment:
        """Begin a payment: two events, so two messages."""
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
