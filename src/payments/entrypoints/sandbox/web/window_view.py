"""What the payment window shows of one payment."""

from typing import Any, Final

from payments.entrypoints.sandbox.payments.channels import BANKS, CARDS, EASY_PAYS
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.web.window_text import money, words

INSTALMENTS_FROM: Final = 50_000
SHOWN_CARDS: Final = ("361", "365", "366", "367", "368", "371", "374", "381")
SHOWN_BANKS: Final = ("088", "004", "020", "081", "011", "003", "090", "092")


def page_values(row: PaymentRow, shop_name: str, language: str | None) -> dict[str, Any]:
    """Return what the template shows: the payment, the ways to pay, and the words for them."""
    language = language or row.hidden.language
    t = words(language)
    over = row.status != "ready" or row.awaits_deposit
    tab, picked = _first_choice(row.hidden.asked_method)
    return {
        "t": t,
        "row": row,
        "language": "en" if language.lower().startswith("en") else "ko",
        "shop": shop_name,
        "amount": money(row.amount, row.currency, language),
        "over": t["over"][row.status] if over else None,
        "tab": tab,
        "tabs": [(name, t[name]) for name in ("card", "vbank", "easy", "other")],
        "picked": {"card": "361", "vbank": "088", "easy": "kakaopay", "other": "trans"} | picked,
        "choices": {
            "card": [(code, CARDS[code]) for code in SHOWN_CARDS],
            "vbank": [(code, BANKS[code]) for code in SHOWN_BANKS],
            "easy": list(EASY_PAYS.items()),
            "other": [("trans", t["trans"]), ("phone", t["phone"])],
        },
        "quotas": [2, 3, 4, 5, 6, 12] if row.currency == "KRW" and row.amount >= INSTALMENTS_FROM else [],
    }


def _first_choice(asked: str) -> tuple[str, dict[str, str]]:
    if asked in EASY_PAYS:
        return "easy", {"easy": asked}
    if asked in ("trans", "phone"):
        return "other", {"other": asked}
    return ("vbank" if asked == "vbank" else "card"), {}
