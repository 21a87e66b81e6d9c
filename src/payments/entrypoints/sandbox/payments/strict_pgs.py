"""What some PGs refuse and others take: sums that are too small, and names for which their window stays white."""

import unicodedata
from decimal import Decimal
from typing import Final

from payments.entrypoints.sandbox.payments.row import PaymentRow

MINIMUMS: Final = {"card": 100, "trans": 150, "phone": 300, "kakaopay": 100, "payco": 100, "naverpay": 10}
"""The smallest sums in won, by the words of request_pay."""
_QUOTATION_MARKS: Final = frozenset("'\"`\u2018\u2019\u201c\u201d")
_CHOKING_KINDS: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


def is_too_small(amount: Decimal, currency: str, method: str) -> bool:
    """Return whether strict PGs refuse *amount* by *method*."""
    return currency == "KRW" and amount < MINIMUMS.get(method, 1)


def choked_by(row: PaymentRow) -> str:
    """Return what leaves a strict PG's window white, such as `name: U+0027`; '' if it opens."""
    for field, text in (("name", row.name), ("buyer_name", row.buyer_name or "")):
        for character in text:
            if character in _QUOTATION_MARKS or unicodedata.category(character) in _CHOKING_KINDS:
                return f"{field}: U+{ord(character):04X}"
    return ""
