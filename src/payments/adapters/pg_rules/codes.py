"""Codes: banks and card companies, as both generations of PortOne and the PGs spell them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from payments.domain.errors import BadInput


@attrs.frozen(kw_only=True)
class Bank:
    """A bank. `v2` is its name in PortOne V2 ("" if it has none), `daou` its code at that PG."""

    code: str
    v2: str = ""
    daou: str = ""


@attrs.frozen(kw_only=True)
class Card:
    """A card company: its code in V1, its names, and its name in V2 ("" if it has none)."""

    code: str
    ko: str
    en: str
    v2: str = ""


@attrs.frozen(kw_only=True)
class Codes:
    """All banks and card companies. `banks_of` are the banks that a PG's own table has, for PGs that have one."""

    banks: Mapping[str, Bank]
    cards: Mapping[str, Card]
    banks_of: Mapping[str, frozenset[str]]

    def spellings(self, way: str) -> dict[str, str]:
        """Return each bank's code as a PG spells it: `two` digits, `bk` and two digits, `daou`, else three digits."""
        if way == "daou":
            return {code: bank.daou for code, bank in self.banks.items() if bank.daou}
        pattern = {"two": "{0}", "bk": "BK{0}"}.get(way, "0{0}")
        return {code: pattern.format(code[1:]) for code in self.banks}

    def bank(self, given: str, way: str = "") -> str:
        """Return the three digits of a bank that is written as a PG or PortOne V2 writes it; else *given* itself."""
        for code, spelled in self.spellings(way).items():
            if given == spelled:
                return code
        plain = given.removeprefix("BK")
        if f"0{plain}" in self.banks:
            return f"0{plain}"
        return next((code for code, bank in self.banks.items() if given and given == bank.v2), given)

    def v2_bank(self, given: str) -> str | None:
        """Return V2's name of a bank in any of V1's spellings (088, 88, BK88); None where V2 names none."""
        bank = self.banks.get(given.upper().removeprefix("BK").zfill(3))
        return bank.v2 if bank and bank.v2 else None

    def bank_of_v2(self, name: str) -> str | None:
        """Return the three digits of V2's name of a bank; None for a name that the table does not have."""
        return next((code for code, bank in self.banks.items() if name and bank.v2 == name), None)

    def card_of_v2(self, name: str) -> Card | None:
        """Return the card company by V2's name, with or without CARD_COMPANY_ before it; None for an unknown one."""
        plain = name.removeprefix("CARD_COMPANY_")
        return next((card for card in self.cards.values() if plain and card.v2 == plain), None)


@cache
def codes() -> Codes:
    """Return the codes that come with this library."""
    text = files(__package__).joinpath("data", "codes.toml").read_text(encoding="utf-8")
    return codes_of(tomllib.loads(text))


def codes_of(raw: Mapping[str, Any]) -> Codes:
    """Return the codes in a table. Raises BadInput where a PG is said to know a bank that does not exist."""
    banks = {code: Bank(code=code, **row) for code, row in raw["banks"].items()}
    cards = {code: Card(code=code, **row) for code, row in raw["cards"].items()}
    banks_of = {pg: frozenset(codes) for pg, codes in raw["banks_of"].items()}
    if unknown := {code for known in banks_of.values() for code in known} - banks.keys():
        raise BadInput(f"Banks without a row: {', '.join(sorted(unknown))}.")
    return Codes(banks=banks, cards=cards, banks_of=banks_of)
