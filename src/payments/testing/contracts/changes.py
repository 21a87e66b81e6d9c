"""Changes that the tests of a repository make of a payment, besides those of payments.testing.builders."""

from collections.abc import Callable

from payments.domain.event import Reason
from payments.domain.payment import Payment
from payments.domain.report import Rank
from payments.testing.builders import paid
from payments.testing.shop import NOON


def closed(payment: Payment) -> Payment:
    """Return the payment, cancelled by the shop."""
    return payment.closed(NOON, "shop:test", Reason.SHOP)


def prepared(payment: Payment) -> Payment:
    """Return the payment whose price the provider knows."""
    return payment.with_price_prepared(NOON)


def trying(gateway_id: str) -> Callable[[Payment], Payment]:
    """Return the change that learns of one more attempt."""
    return lambda payment: paid(payment, gateway_id=gateway_id, rank=Rank.READY)


def following(expected: Payment, successor: Payment) -> Callable[[Payment], Payment]:
    """Return the change to *successor*, as long as it follows the payment that is expected to be stored."""
    return lambda stored: successor if stored == expected else stored
