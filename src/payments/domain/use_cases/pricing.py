"""Pricing: what an order costs. The shop says it; the browser only says which amount it has shown."""

import attrs

from payments.domain.errors import PriceChanged
from payments.domain.ports import Prices
from payments.domain.values import Offer


@attrs.frozen
class Pricing:
    """The use case over a price list of the shop."""

    prices: Prices

    async def offer(self, buyer: str, order: str, expected: int | None = None) -> Offer:
        """Return what the shop asks for an order. Raises OrderNotFound, or PriceChanged as `check_expected` does."""
        offer = await self.prices.offer(buyer, order)
        check_expected(offer, expected)
        return offer


def check_expected(offer: Offer, expected: int | None) -> None:
    """Raise PriceChanged where the buyer was shown another amount (*expected*, minor units) than the shop asks now."""
    if expected is not None and expected != offer.price.minor:
        raise PriceChanged(f"The price is {offer.price.minor} now, not {expected}. No payment was created.")
