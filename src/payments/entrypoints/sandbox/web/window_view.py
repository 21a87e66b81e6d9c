"""What the payment window and the sales slip show of one payment."""

from datetime import datetime
from typing import Any, Final

from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.payments.channels import BANKS, CARDS, EASY_PAYS
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.web.window_text import money, words

INSTALMENTS_FROM: Final = 50_000
USUAL_MONTHS: Final = (2, 3, 4, 5, 6, 12)
DIRECT: Final = frozenset({"vbank", "trans", "phone", *EASY_PAYS})
"""Methods whose window opens directly; any other shows all of them."""
SHOWN_CARDS: Final = ("361", "365", "366", "367", "368", "371", "374", "381")
SHOWN_BANKS: Final = ("088", "004", "020", "081", "011", "003", "090", "092")


def page_values(row: PaymentRow, shop_name: str, language: str | None) -> dict[str, Any]:
    """Return what the template shows: the payment, the ways to pay, and the words for them."""
    language = language or row.hidden.language
    t = words(language)
    over = row.status != "ready" or row.awaits_deposit
    tab, picked = _first_choice(row.hidden.asked_method)
    tabs = (tab,) if row.is_v2 or row.hidden.asked_method in DIRECT else ("card", "vbank", "easy", "other")
    choices = _choices(t)
    return {
        "t": t,
        "row": row,
        "language": "en" if language.lower().startswith("en") else "ko",
        "shop": shop_name,
        "amount": money(row.amount, row.currency, language),
        "over": t["over"][row.status] if over else None,
        "tab": tab,
        "tabs": [(name, t[name]) for name in tabs],
        "direct": _named(row.hidden.asked_method, t) if len(tabs) == 1 else None,
        "picked": {"card": "361", "vbank": "088", "easy": "kakaopay", "other": "trans"} | picked,
        "choices": {
            name: [(value, text) for value, text in choices[name] if len(tabs) > 1 or picked.get(name, value) == value]
            for name in tabs
        },
        "quotas": _months(row),
    }


def _months(row: PaymentRow) -> tuple[int, ...]:
    if row.currency != "KRW" or row.amount < INSTALMENTS_FROM:
        return ()
    asked = row.hidden.months
    return USUAL_MONTHS if asked is None else tuple(months for months in asked if months > 1)


def _choices(t: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    return {
        "card": [(code, CARDS[code]) for code in SHOWN_CARDS],
        "vbank": [(code, BANKS[code]) for code in SHOWN_BANKS],
        "easy": list(EASY_PAYS.items()),
        "other": [("trans", t["trans"]), ("phone", t["phone"])],
    }


def _named(method: str, t: dict[str, Any]) -> str:
    brand = EASY_PAYS.get(method, "")
    return str(t["names"].get(brand, brand) or t[method])


def _first_choice(asked: str) -> tuple[str, dict[str, str]]:
    if asked in EASY_PAYS:
        return "easy", {"easy": asked}
    if asked in ("trans", "phone"):
        return "other", {"other": asked}
    return ("vbank" if asked == "vbank" else "card"), {}


def receipt_values(sandbox: Sandbox, row: PaymentRow, language: str | None) -> dict[str, Any]:
    """Return what the sales slip shows: what was paid, how, and the numbers by which the PG finds it."""
    language = language or row.hidden.language
    t = words(language)
    receipt = sandbox.receipts.find("imp_uid", row.imp_uid)
    quota = t["months"].format(row.card_quota) if row.card_quota else t["lump_sum"]
    how = " ".join(text for text in (row.card_name or row.bank_name or row.vbank_name, row.card_number) if text)
    lines = {
        "name": row.name,
        "merchant_uid": row.merchant_uid,
        "paid_with": t["names"].get(how, how) or t.get(row.pay_method or "", row.pay_method),
        "quota": quota if row.card_code else "",
        "apply_num": row.apply_num,
        "pg_tid": row.pg_tid,
        "cash_receipt_num": receipt.apply_num if receipt and not receipt.cancelled_at else "",
        "paid_at": _moment(row.paid_at),
        "refunded": money(row.cancel_amount, row.currency, language) if row.cancel_amount else "",
        "refunded_at": _moment(row.cancelled_at),
    }
    return {
        "t": t,
        "row": row,
        "language": "en" if language.lower().startswith("en") else "ko",
        "shop": sandbox.settings.shop_name,
        "amount": money(row.amount, row.currency, language),
        "state": t["over"][row.status],
        "lines": [(name, t[name], text) for name, text in lines.items() if text],
    }


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, KOREA).strftime("%Y-%m-%d %H:%M:%S") if at else ""
