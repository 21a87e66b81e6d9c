"""What tests do in a shop of payments.testing, for tests of what happens by itself.

├── begun, captured           a payment just begun; money taken by the provider, and reported to nobody
├── courier_to, Publishing    a courier to a publisher, and one that does as it is told with each message
└── Overridden                an object with some of its methods replaced
"""

from collections.abc import Callable
from typing import Any

import attrs

from payments.domain.messages import Message, Publisher
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.use_cases.outbox import Courier
from payments.domain.values import Caller, GatewayId, Method, Offer
from payments.testing import Shop

BOOK = Offer("책", Money(12_000))


def begun(shop: Shop, order: str = "o") -> Payment:
    """Begin a payment: two events, so two messages."""
    return shop.run(shop.checkout.begin("buyer-1", order, BOOK, Method.CARD, Caller.buyer("buyer-1")))


def captured(shop: Shop, merchant_id: str) -> GatewayId:
    """Have the provider take the money of any id, whether the shop knows it or not. Nobody is told about it."""
    gateway_id = shop.gateway.open(merchant_id, BOOK.price)
    shop.gateway.approve(gateway_id)
    return gateway_id


def courier_to(shop: Shop, publisher: Publisher, jitter: Callable[[], float] = lambda: 1.0) -> Courier:
    """Return the shop's courier, but to *publisher*."""
    return attrs.evolve(shop.courier, publisher=publisher, jitter=jitter)


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
