"""What an order costs: set by the shop's price list or by an order signed by its server, never by a browser."""

from typing import Any

import attrs

from payments.domain.errors import BadInput, NothingToPay, OrderNotFound
from payments.domain.money import Money, TaxParts
from payments.domain.values import Offer, Terms, is_storable
from payments.entrypoints.service import Service
from payments.entrypoints.tokens import BadToken, Verifier


@attrs.frozen
class Quote:
    """An order's reference, and the shop's offer for it."""

    order: str
    offer: Offer


async def quote(service: Service, buyer: str, order: str) -> Quote:
    """Return the quote for an order reference or a signed order. Raises OrderNotFound."""
    if _is_signed(order):
        return _signed(service.order_tokens, buyer, order)
    return Quote(order, await service.pricing.offer(buyer, order))


def _is_signed(order: str) -> bool:
    return order.startswith("eyJ") and order.count(".") == 2


def _signed(verifier: Verifier | None, buyer: str, order: str) -> Quote:
    if verifier is None:
        raise OrderNotFound("Signed orders are not configured on this service.")
    try:
        claims = verifier.claims(order, "order", "amount", "currency", "name")
    except BadToken as error:
        raise OrderNotFound(f"The signed order is not valid: {error} Request a new one from the shop.") from None
    if claims["sub"] != buyer:
        raise OrderNotFound("The signed order belongs to another buyer.")
    return Quote(_text(claims, "order", 120), _signed_offer(claims))


def _offer(claims: dict[str, Any]) -> Offer:
    """Raises OrderNotFound, or NothingToPay for a price of 0."""
    parts = TaxParts(tax_free=claims.get("tax_free"), vat=claims.get("vat"))
    terms = {name: claims[name] for name in ("channel", "digital", "max_instalments") if name in claims}
    return Offer(
        _text(claims, "name", 200), Money(claims["amount"], str(claims["currency"])), Terms(parts=parts, **terms)
    )


def _signed_offer(claims: dict[str, Any]) -> Offer:
    try:
        return _offer(claims)
    except NothingToPay:
        raise
    except BadInput as error:
        raise OrderNotFound(f"The signed order has an invalid price or terms: {error}") from None


def _text(claims: dict[str, Any], name: str, max_length: int) -> str:
    value = claims[name]
    if not isinstance(value, str) or not 1 <= len(value) <= max_length or not is_storable(value):
        raise OrderNotFound(f"The signed order's {name} must have 1 to {max_length} characters.")
    return value
