"""PriceList: prices from a TOML file.

    [gold]
    name = "골드 멤버십"
    amount = 12000        # whole minor units: won, cents
    currency = "KRW"      # the default
    tax_free = 4000       # and vat, channel, digital, max_instalments: see Terms

An order reference is the name of an article, optionally with `#` and a suffix: `gold#2` is a second order of `gold`.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import attrs

from payments.domain.errors import BadInput, NothingToPay, OrderNotFound
from payments.domain.money import Money, TaxParts
from payments.domain.values import Offer, Terms

_FIELDS: Final = {"name", "amount", "currency", "tax_free", "vat", "channel", "digital", "max_instalments"}


@attrs.frozen
class PriceList:
    """The Prices of a shop that sells a few articles at fixed prices."""

    offers: Mapping[str, Offer]
    free: frozenset[str] = frozenset()
    """Articles with a price of 0."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the price list in a file. Raises BadInput that names the file and the article."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(f"The price list {path} cannot be read: {error}") from None
        free = {article for article, row in table.items() if _is_free(row)}
        priced = {article: _offer(path, article, row) for article, row in table.items() if article not in free}
        return cls(priced, frozenset(free))

    async def offer(self, buyer: str, order: str) -> Offer:  # noqa: ARG002 - the same price for everybody
        """Return the name and price of the article in *order*. Raises OrderNotFound or NothingToPay."""
        article = order.partition("#")[0]
        if article in self.free:
            raise NothingToPay(
                "The price of this article is 0, so there is nothing to pay and no payment was created. Complete the "
                "order without one."
            )
        if article not in self.offers:
            raise OrderNotFound("The price list has no such article. No payment was created.")
        return self.offers[article]


def _is_free(row: Any) -> bool:
    return isinstance(row, dict) and type(row.get("amount")) is int and row["amount"] == 0


def _offer(path: Path, article: str, row: Any) -> Offer:
    if not isinstance(row, dict) or not {"name", "amount"} <= row.keys() <= _FIELDS or "#" in article:
        raise BadInput(
            f"{path}: [{article}] must have a name, an amount and only settings that exist, and no # in its own name."
        )
    name = row["name"]
    if not isinstance(name, str) or not 1 <= len(name) <= 200:
        raise BadInput(f"{path}: the name of [{article}] must be a text of 1 to 200 characters.")
    try:
        terms = {key: row[key] for key in ("channel", "digital", "max_instalments") if key in row}
        parts = TaxParts(tax_free=row.get("tax_free"), vat=row.get("vat"))
        return Offer(name, Money(row["amount"], str(row.get("currency", "KRW"))), Terms(parts=parts, **terms))
    except BadInput as error:
        raise BadInput(f"{path}: [{article}]: {error}") from None
