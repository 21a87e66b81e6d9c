"""What some PGs refuse and others take, by PortOne's word for each PG: this sandbox's own copy of the facts.

is_too_small, choked_by   sums and names, with `strict_minimums` and `strict_names`
window_refusal            why a PG opens no window, unless the guess `pg_limits` is "none"
cancel_refusal            why a PG refuses a cancel, likewise
"""

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Final

from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.row import PaymentRow

MINIMUMS: Final = {"card": 100, "trans": 150, "phone": 300, "kakaopay": 100, "payco": 100, "naverpay": 10}
"""The smallest sums in won, by the words of request_pay."""
_QUOTATION_MARKS: Final = frozenset("'\"`\u2018\u2019\u201c\u201d")
_CHOKING_KINDS: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_DAY: Final = 24 * 60 * 60

_ALL_FOUR: Final = "card trans vbank phone"
SOLD: Final = {
    pg: frozenset(words.split())
    for pg, words in {
        "html5_inicis": f"{_ALL_FOUR} kakaopay naverpay tosspay samsungpay ssgpay lpay applepay payco",
        "kcp": f"{_ALL_FOUR} kakaopay naverpay tosspay samsungpay ssgpay lpay applepay payco",
        "nice": f"{_ALL_FOUR} kakaopay",
        "nice_v2": f"{_ALL_FOUR} kakaopay payco samsungpay skpay ssgpay lpay applepay tosspay",
        "danal": "phone",
        "danal_tpay": "card trans vbank",
        "smartro_v2": f"{_ALL_FOUR} lpay naverpay kakaopay pinpay payco",
        "settle": _ALL_FOUR,
        "settle_acc": "trans",
        "kicc": _ALL_FOUR,
        "ksnet": f"{_ALL_FOUR} kakaopay naverpay payco ssgpay lpay",
        "welcome": f"{_ALL_FOUR} lpay kakaopay payco tosspay naverpay",
        "galaxia": f"{_ALL_FOUR} kakaopay naverpay tosspay samsungpay applepay payco",
        "daou": f"{_ALL_FOUR} kakaopay naverpay payco samsungpay applepay",
    }.items()
}
"""What the windows of these PGs sell, by the words of request_pay; other PGs let the buyer choose."""
BAD_IN_NAMES: Final = {"nice_v2": "%&|$-+=[]", "tosspay_v2": "\\,"}
ONLY_WON: Final = frozenset({"kakaopay", "naverpay", "welcome", "galaxia", "toss_brandpay"})
SMALLEST: Final = {"kakaopay": 100, "naverpay": 10}
DUE_NEEDED: Final = frozenset({"nice_v2", "smartro_v2", "ksnet", "galaxia", "mobilians_v2"})
NO_MONTHS: Final = frozenset({"smartro_v2", "naverpay", "tosspay_v2"})
ONE_MONTH: Final = frozenset({"kakaopay", "toss_brandpay"})
NAME_NEEDED: Final = frozenset({"welcome", "ksnet"})
BUYER_BYTES: Final = {"nice_v2": 30, "welcome": 30}
ID_FORMS: Final = {"smartro_v2": "[A-Za-z0-9]*", "mobilians_v2": ".{4,40}", "payletter_global": "[A-Za-z0-9]*"}

PHONE_PARTS: Final = frozenset({"html5_inicis", "kcp"})
LONGEST_DAYS: Final = {"ksnet": 180, "naverpay": 1095, "paypal": 180, "paypal_v2": 180}
MOST_PARTS: Final = {"ksnet": 9}
NO_VBANK_REFUND: Final = frozenset({"danal", "danal_tpay"})
TRANSFER_TO_ACCOUNT: Final = frozenset({"smartro_v2", "welcome"})
TEL_NEEDED: Final = frozenset({"smartro", "smartro_v2", "welcome"})
VBANK_HOURS: Final = {"ksnet": (6, 23)}


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


def window_refusal(request: WindowRequest, pg: str) -> str:
    """Return the parameter for which *pg* opens no window; '' if it opens."""
    method, account = request.pay_method, request.pay_method == "vbank"
    months, name = len(request.months or ()), str(request.buyer.get("buyer_name") or "")
    free, vat, amount = request.tax_free, request.vat_amount, request.amount
    refusals = {
        "pay_method": pg in SOLD and method not in SOLD[pg] and not request.customer_uid,
        "name": any(character in request.name for character in BAD_IN_NAMES.get(pg, "")),
        "currency": request.currency != "KRW" if pg in ONLY_WON else pg == "paypal_v2" and request.currency == "KRW",
        "amount": amount < SMALLEST.get(pg, 0) and not request.customer_uid,  # a key is issued for nothing
        "vbank_due": account and pg in DUE_NEEDED and not request.vbank_due,
        "card_quota": request.months is not None and (pg in NO_MONTHS or (pg in ONE_MONTH and months > 1)),
        "buyer_name": pg in NAME_NEEDED and not name,
        "buyer_name's length": len(name.encode("cp949", "replace")) > BUYER_BYTES.get(pg, 10**6),
        "merchant_uid": not re.fullmatch(ID_FORMS.get(pg, ".*"), request.merchant_uid),
        "tax_free": free > amount or (pg == "paypal_v2" and free > 0),
        "vat_amount": vat is not None and (pg == "kakaopay" or (pg == "welcome" and vat * 10 > amount)),
    }
    return next((name for name, refused in refusals.items() if refused), "")


def cancel_refusal(row: PaymentRow, request: CancelRequest, amount: Decimal, now: int) -> str:
    """Return why the PG of *row* does not refund *amount* at *now* (UNIX seconds); '' if it does."""
    pg, method = row.pg_provider, row.pay_method
    account = all((request.refund_holder, request.refund_bank, request.refund_account))
    then, today = datetime.fromtimestamp(row.paid_at or now, KOREA), datetime.fromtimestamp(now, KOREA)
    first, last = VBANK_HOURS.get(pg, (0, 24))
    to_account = method == "vbank" or (method == "trans" and pg in TRANSFER_TO_ACCOUNT)
    refusals = {
        "other month": method == "phone" and (then.year, then.month) != (today.year, today.month),
        "part": method == "phone" and amount < row.amount and pg not in PHONE_PARTS,
        "too old": now - (row.paid_at or now) > LONGEST_DAYS.get(pg, 10**6) * _DAY,
        "too many parts": amount < row.amount and len(row.cancel_history) >= MOST_PARTS.get(pg, 10**6),
        "virtual account": method == "vbank" and pg in NO_VBANK_REFUND,
        "refund account": to_account and not account,
        "refund_tel": to_account and pg in TEL_NEEDED and not request.refund_tel,
        "hours": method == "vbank" and not first <= today.hour < last,
        "reason": pg == "naverpay" and not request.reason,
    }
    return next((why for why, refused in refusals.items() if refused), "")
