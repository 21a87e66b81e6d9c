"""What some PGs refuse and others take, by V2's name of each PG: this sandbox's own copy of the facts.

window_refusal   why a PG opens no window, unless the guess `pg_limits` is "none"
cancel_refusal   why a PG refuses a cancel, likewise
ID_FORMS         what PGs take as a paymentId, likewise
"""

from datetime import datetime
from typing import Final

from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancel_request import PortOneCancel
from payments.entrypoints.sandbox.portone.book.minor import total_of
from payments.entrypoints.sandbox.portone.book.opening import PortOneRequest

_DAY: Final = 24 * 60 * 60
_FOUR: Final = "CARD TRANSFER VIRTUAL_ACCOUNT MOBILE"
SOLD: Final = {
    pg: frozenset(words.split())
    for pg, words in {
        "INICIS_V2": f"{_FOUR} KAKAOPAY NAVERPAY TOSSPAY SAMSUNGPAY SSGPAY LPAY APPLEPAY PAYCO",
        "KCP_V2": f"{_FOUR} KAKAOPAY NAVERPAY TOSSPAY SAMSUNGPAY SSGPAY LPAY APPLEPAY PAYCO",
        "NICE_V2": f"{_FOUR} KAKAOPAY NAVERPAY TOSSPAY PAYCO SAMSUNGPAY SKPAY SSGPAY LPAY APPLEPAY",
        "TOSSPAYMENTS": f"{_FOUR} KAKAOPAY NAVERPAY PAYCO SSGPAY LPAY SAMSUNGPAY APPLEPAY TOSSPAY PAYPAL",
        "SMARTRO_V2": f"{_FOUR} LPAY NAVERPAY KAKAOPAY PINPAY PAYCO",
        "KPN": f"{_FOUR} KAKAOPAY NAVERPAY TOSSPAY SAMSUNGPAY PAYCO",
        "KSNET": f"{_FOUR} KAKAOPAY NAVERPAY PAYCO SSGPAY LPAY",
        "WELCOME": f"{_FOUR} LPAY KAKAOPAY PAYCO TOSSPAY NAVERPAY",
        "GALAXIA": f"{_FOUR} KAKAOPAY NAVERPAY TOSSPAY SAMSUNGPAY APPLEPAY PAYCO",
        "DANAL": "MOBILE",
    }.items()
}
"""What the windows of these PGs sell, besides gift certificates; other PGs let the buyer choose."""
ID_FORMS: Final = {
    "KCP_V2": "[A-Za-z0-9]{1,40}",
    "SMARTRO_V2": "[A-Za-z0-9]{1,40}",
    "KPN": "[A-Za-z0-9]*",
    "PAYLETTER_GLOBAL": "[A-Za-z0-9]*",
    "MOBILIANS_V2": ".{4,40}",
    "GALAXIA": ".{1,64}",
    "TOSSPAYMENTS": "[A-Za-z0-9_-]*",  # and at least 6 of them, which this sandbox leaves to the rules of a shop
}
BAD_IN_NAMES: Final = {"NICE_V2": "%&|$-+=[]", "TOSSPAY_V2": "\\,"}
NAME_BYTES: Final = {"NICE_V2": 40, "SMARTRO_V2": 40, "KSNET": 50, "KCP_V2": 100, "KPN": 256}
"""Bytes of EUC-KR."""
BUYER_BYTES: Final = {"INICIS_V2": 30, "WELCOME": 30, "NICE_V2": 30}
NAME_NEEDED: Final = frozenset({"INICIS_V2", "WELCOME", "KSNET", "EXIMBAY_V2"})
PHONE_NEEDED: Final = frozenset({"INICIS_V2", "WELCOME", "SMARTRO_V2"})
MAIL_NEEDED: Final = frozenset({"INICIS_V2", "WELCOME", "EXIMBAY_V2", "PAYLETTER_GLOBAL"})
ONLY_WON: Final = frozenset({"KAKAOPAY", "NAVERPAY", "WELCOME", "GALAXIA", "TOSS_BRANDPAY", "KPN"})
DOLLARS_BY_CARD: Final = frozenset({"INICIS_V2", "KCP_V2"})
SMALLEST: Final = {"KAKAOPAY": 100, "NAVERPAY": 10}
DUE_NEEDED: Final = frozenset({"NICE_V2", "SMARTRO_V2", "KSNET", "GALAXIA", "MOBILIANS_V2"})
LONGEST_DUE_DAYS: Final = {"TOSSPAYMENTS": 90}
NO_MONTHS: Final = frozenset({"SMARTRO_V2", "KPN", "NAVERPAY", "TOSSPAY_V2"})
ONE_MONTH: Final = frozenset({"KAKAOPAY", "TOSS_BRANDPAY"})

PHONE_PARTS: Final = frozenset({"INICIS_V2", "KCP_V2"})
LATER_PHONE_TO_ACCOUNT: Final = frozenset({"KCP_V2", "KPN"})
LONGEST_DAYS: Final = {"KSNET": 180, "NAVERPAY": 1095, "PAYPAL_V2": 180}
MOST_PARTS: Final = {"KSNET": 9}
HOLDER_PHONE_NEEDED: Final = frozenset({"SMARTRO_V2"})
ACCOUNT_HOURS: Final = {"KSNET": (6, 23)}


def window_refusal(request: PortOneRequest, now: int) -> str:
    """Return the parameter for which the channel's PG opens no window at *now* (UNIX seconds); '' if it opens."""
    pg, method = request.channel.pg_provider, request.pay_method
    account, buyer, total = method == "VIRTUAL_ACCOUNT", request.customer, request.total
    months, by_one = request.months, len(request.months or ()) > 1
    too_late = now + LONGEST_DUE_DAYS.get(pg, 10**6) * _DAY
    refusals = {
        "payMethod": pg in SOLD and (request.easy_pay or method) not in {*SOLD[pg], "GIFT_CERTIFICATE"},
        "orderName": _is_bad_name(request.order_name, pg),
        "customer.fullName": pg in NAME_NEEDED and not buyer.get("name"),
        "customer.fullName's length": len(_korean(buyer.get("name") or "")) > BUYER_BYTES.get(pg, 10**6),
        "customer.phoneNumber": pg in PHONE_NEEDED and not buyer.get("phoneNumber"),
        "customer.email": pg in MAIL_NEEDED and not buyer.get("email"),
        "currency": _is_other_currency(request, pg),
        "totalAmount": request.currency == "KRW" and total < SMALLEST.get(pg, 0),
        "virtualAccount": account and (pg in DUE_NEEDED if not request.due else not now < request.due <= too_late),
        "availableMonthList": months is not None and (pg in NO_MONTHS or (pg in ONE_MONTH and by_one)),
        "taxFreeAmount": request.tax_free > total or (pg == "PAYPAL_V2" and request.tax_free > 0),
        "vatAmount": request.vat is not None and (pg == "KAKAOPAY" or (pg == "WELCOME" and request.vat * 10 > total)),
    }
    return next((name for name, refused in refusals.items() if refused), "")


def _is_bad_name(name: str, pg: str) -> bool:
    is_long = len(_korean(name)) > NAME_BYTES.get(pg, 10**6)
    return is_long or any(character in name for character in BAD_IN_NAMES.get(pg, ""))


def _korean(text: str) -> bytes:
    return text.encode("cp949", "replace")


def _is_other_currency(request: PortOneRequest, pg: str) -> bool:
    won = request.currency == "KRW"
    if pg == "PAYPAL_V2" or (pg == "TOSSPAYMENTS" and request.pay_method == "PAYPAL"):
        return won
    return not won and (pg in ONLY_WON or (pg in DOLLARS_BY_CARD and request.pay_method != "CARD"))


def cancel_refusal(row: PaymentRow, request: PortOneCancel, total: int, now: int) -> str:
    """Return why the PG of *row* does not cancel *total* (minor units) at *now* (UNIX seconds); '' if it does."""
    facts, pg, paid = row.hidden.portone, row.pg_provider, row.paid_at or now
    if facts is None:
        return ""
    then, today = datetime.fromtimestamp(paid, KOREA), datetime.fromtimestamp(now, KOREA)
    first, last = ACCOUNT_HOURS.get(pg, (0, 24))
    mobile, account, is_part = (
        facts.pay_method == "MOBILE",
        facts.pay_method == "VIRTUAL_ACCOUNT",
        total < total_of(row),
    )
    other_month = (then.year, then.month) != (today.year, today.month)
    parts = sum(entry.status != "FAILED" for entry in facts.cancellations)
    refusals = {
        "other month": mobile and other_month and not (request.to_account and pg in LATER_PHONE_TO_ACCOUNT),
        "part": mobile and is_part and pg not in PHONE_PARTS,
        "too old": now - paid > LONGEST_DAYS.get(pg, 10**6) * _DAY,
        "too many parts": is_part and parts >= MOST_PARTS.get(pg, 10**6),
        "holderPhoneNumber": account and pg in HOLDER_PHONE_NEEDED and not request.holder_phone,
        "hours": account and not first <= today.hour < last,
    }
    return next((why for why, refused in refusals.items() if refused), "")
