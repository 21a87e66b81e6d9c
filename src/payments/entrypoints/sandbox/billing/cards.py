"""Card: what is typed for a payment without a window, checked as far as a sandbox can check it."""

import re
from datetime import datetime
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.payments.channels import CARDS, ISSUER_PGS

NUMBER: Final = re.compile(r"[0-9]{14,16}")
NO_BIN: Final = re.compile(r"[0178]|2(?!22[1-9]|2[3-9]|[3-6]|7[01]|720)")
"""How a number begins that no card company issues in Korea; of those with 2, Mastercard has 2221 to 2720."""
EXPIRY: Final = re.compile(r"(20[0-9]{2})-?(0[1-9]|1[0-2])")
SHOWN_FIRST: Final = 8
SHOWN_LAST: Final = 4


@attrs.frozen
class Card:
    """A number of 14 to 16 digits and the last month of its life, `YYYY-MM`; neither is ever shown whole."""

    number: str = attrs.field(repr=False)
    expiry: str = attrs.field(repr=False)

    @classmethod
    def of(cls, number: str, expiry: str) -> "Card":
        """Read `dddd-dddd-dddd-dddd` and `YYYY-MM` (hyphens may be missing). Raises ValueError for anything else."""
        digits, month = re.sub("[- ]", "", number), EXPIRY.fullmatch(expiry.strip())
        if not NUMBER.fullmatch(digits) or NO_BIN.match(digits) or month is None:
            raise ValueError("no card")
        return cls(digits, f"{month[1]}-{month[2]}")

    def shown(self, pg_provider: str) -> dict[str, Any]:
        """Return what a payment or a billing key at *pg_provider* shows: company, masked number, type.

        The mask is as seen in a public test (first eight and last four digits); the company follows from the first
        six digits, always the same one; Inicis shows no type of a billing card [OAS1].
        """
        code = list(CARDS)[int(self.number[:6]) % len(CARDS)]
        hidden = "*" * (len(self.number) - SHOWN_FIRST - SHOWN_LAST)
        known: dict[str, Any] = {
            "card_code": code,
            "card_name": CARDS[code],
            "card_number": f"{self.number[:SHOWN_FIRST]}{hidden}{self.number[-SHOWN_LAST:]}",
            "card_type": None if pg_provider == "html5_inicis" else 0,
        }
        if pg_provider not in ISSUER_PGS:
            return known
        issuer = {"card_issuer_code": code, "card_issuer_name": CARDS[code]}
        return known | issuer | {"card_publisher_code": code, "card_publisher_name": CARDS[code]}


def has_expired(expiry: str, now: int) -> bool:
    """Whether a card of *expiry* (`YYYY-MM`, '' never) is past its last month at *now*, in Korea."""
    return bool(expiry) and expiry < datetime.fromtimestamp(now, KOREA).strftime("%Y-%m")
