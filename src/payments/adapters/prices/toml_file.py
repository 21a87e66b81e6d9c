"""PriceList: what things cost, in a TOML file that a shop keeps.

    [gold]
    name = "골드 멤버십"
    amount = 12000        # whole minor units: won, cents
    currency = "KRW"      # the default

An order is the name of a thing, or that name, `#` and anything: `gold#2` lets one buyer buy gold a second time.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import attrs

from payments.domain.errors import BadInput, OrderNotFound
from payments.domain.money import Money
from payments.domain.values import Offer

_FIELDS: Final = {"name", "amount", "currency"}


@attrs.frozen
class PriceList:
    """The Prices of a shop that sells a few things at fixed prices."""

    offers: Mapping[str, Offer]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the price list in a file. Raises BadInput with the place of the trouble."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"The price list {path} cannot be read: {error}") from None
        return cls({thing: _offer(path, thing, row) for thing, row in table.items()})

    async def offer(self, buyer: str, order: str) -> Offer:  # noqa: ARG002 - the same price for everybody
        """Return the name and price of the thing before the order's `#`. Raises OrderNotFound."""
        thing = order.partition("#")[0]
        if thing not in self.offers:
            raise OrderNotFound("The shop has no such order. Nothing was begun.")
        return self.offers[thing]


def _offer(path: Path, thing: str, row: Any) -> Offer:
    if not isinstance(row, dict) or not {"name", "amount"} <= row.keys() <= _FIELDS or "#" in thing:
        raise BadInput(f"{path}: [{thing}] has a name, an amount and perhaps a currency, and no # in its own name.")
    name = row["name"]
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise BadInput(f"{path}: the name of [{thing}] is a text of 1 to 200 characters.")
    try:
        return Offer(name, Money(row["amount"], str(row.get("currency", "KRW"))))
    except BadInput as error:
        raise BadInput(f"{path}: [{thing}]: {error}") from None
