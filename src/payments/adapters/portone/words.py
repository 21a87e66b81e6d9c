"""PortOne's words: statuses, means of payment, banks, and what each of its errors means."""

from collections.abc import Mapping
from typing import Final

from payments.domain.use_cases.banks import BANKS
from payments.domain.values import Method

READY: Final = frozenset({"READY", "PAY_PENDING", "VIRTUAL_ACCOUNT_ISSUED"})
ACCOUNT_ISSUED: Final = "VIRTUAL_ACCOUNT_ISSUED"
FAILED: Final = "FAILED"
CANCELLED: Final = "CANCELLED"
CAPTURED: Final = frozenset({"PAID", "PARTIAL_CANCELLED", CANCELLED})

_OTHERS: Final = frozenset({Method.CARD, Method.TRANSFER, Method.VIRTUAL_ACCOUNT, Method.MOBILE, Method.PAYPAL})
EASY_PAY_PROVIDERS: Final[Mapping[Method, str]] = {
    method: method.value.upper() for method in Method if method not in _OTHERS
}
PAY_METHODS: Final[Mapping[Method, str]] = {
    Method.CARD: "CARD",
    Method.TRANSFER: "TRANSFER",
    Method.VIRTUAL_ACCOUNT: "VIRTUAL_ACCOUNT",
    Method.MOBILE: "MOBILE",
    Method.PAYPAL: "PAYPAL",
    **dict.fromkeys(EASY_PAY_PROVIDERS, "EASY_PAY"),
}
"""The `payMethod` of a window for each of our methods."""

_METHODS: Final = {
    "PaymentMethodCard": Method.CARD,
    "PaymentMethodTransfer": Method.TRANSFER,
    "PaymentMethodVirtualAccount": Method.VIRTUAL_ACCOUNT,
    "PaymentMethodMobile": Method.MOBILE,
}
VIRTUAL_ACCOUNT: Final = "PaymentMethodVirtualAccount"
EASY_PAY: Final = "PaymentMethodEasyPay"
_PREFIX: Final = "PaymentMethod"


def method_of(kind: str, provider: str) -> str:
    """Return our name of a means of payment; its own name where we have none. *provider* is that of an easy pay."""
    if kind == EASY_PAY and provider:
        return provider.lower()
    return _METHODS.get(kind, kind.removeprefix(_PREFIX).lower())


_BANKS: Final = {
    "002": "KDB",
    "003": "IBK",
    "004": "KOOKMIN",
    "007": "SUHYUP",
    "011": "NONGHYUP",
    "012": "LOCAL_NONGHYUP",
    "020": "WOORI",
    "023": "STANDARD_CHARTERED",
    "027": "CITI",
    "031": "DAEGU",
    "032": "BUSAN",
    "034": "KWANGJU",
    "035": "JEJU",
    "037": "JEONBUK",
    "039": "KYONGNAM",
    "045": "KFCC",
    "048": "SHINHYUP",
    "050": "SAVINGS_BANK",
    "064": "NFCF",
    "071": "POST",
    "081": "HANA",
    "088": "SHINHAN",
    "089": "K_BANK",
    "090": "KAKAO",
    "092": "TOSS",
}
"""The clearing code of each bank, and its name in the API. The window has other names for some of them."""
_NAMES: Final = {name: BANKS[code][0] for code, name in _BANKS.items()}


def bank_of(spelled: str) -> str | None:
    """Return the bank of a clearing code, in any of its spellings (088, 88, BK88); None where the API names none."""
    return _BANKS.get(spelled.upper().removeprefix("BK").zfill(3))


def bank_name(word: str) -> str:
    """Return a bank as its customers know it, or the word itself."""
    return _NAMES.get(word, word)


AT_WORK: Final = "IDEMPOTENCY_OUTSTANDING_REQUEST"
"""An earlier call with the same idempotency key is being executed."""
OF_PGS: Final = frozenset({"PG_PROVIDER", "CHANNEL_SPECIFIC"})
"""502, and a real refusal: the PG said no. Any other 5xx leaves the outcome unknown."""
NOT_WAITING: Final = "PAYMENT_NOT_WAITING_FOR_DEPOSIT"
NOT_FOUND: Final = "PAYMENT_NOT_FOUND"
OTHER_CAPTURE: Final = "OTHER_CAPTURE"
"""Ours: the payment that the provider shows is not the capture to refund."""
