"""What an order costs: as the shop's price list or an order signed by its server says, never as a browser does."""

from typing import Any

import attrs

from payments.domain.errors import BadInput, OrderNotFound
from payments.domain.money import Money
from payments.domain.values import Offer, is_storable
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import BadToken, Verifier


@attrs.frozen
class Quote:
    """An order by the shop's own name of it, and what the shop asks for it."""

    order: str
    offer: Offer


async def quote(service: Service, buyer: str, order: str) -> Quote:
    """Return the quote for what a buyer named. Raises OrderNotFound."""
    if _is_signed(order):
        return _signed(service.order_tokens, buyer, order)
    return Quote(order, await service.pricing.offer(buyer, order))


def _is_signed(order: str) -> bool:
    return order.startswith("eyJ") and order.count(".") == 2


def _signed(verifier: Verifier | None, buyer: str, order: str) -> Quote:
    if verifier is None:
        raise OrderNotFound("This service takes no signed orders: none are configured.")
    try:
        claims = verifier.claims(order, "order", "amount", "currency", "name")
    except BadToken as error:
        raise OrderNotFound(f"The signed order is not accepted: {error} Ask the shop for a fresh one.") from None
    if claims["sub"] != buyer:
        raise OrderNotFound("The signed order is another buyer's.")
    return Quote(_text(claims, "order", 120), Offer(_text(claims, "name", 200), _price(claims)))


def _price(claims: dict[str, Any]) -> Money:
    try:
        return Money(claims["amount"], str(claims["currency"]))
    except BadInput as error:
        raise OrderNotFound(f"The signed order has no possible price: {error}") from None


def _text(claims: dict[str, Any], name: str, most: int) -> str:
    value = claims[name]
    if not isinstance(value, str) or not 1 <= len(value) <= most or not is_storable(value):
        raise OrderNotFound(f"The signed order's {name} is a text of 1 to {most} characters.")
    return value
