"""PortOne's words: statuses, means of payment, banks, and what each of its errors means."""

from collections.abc import Mapping
from typing import Final

from payments.adapters.pg_rules.codes import codes
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


def bank_of(spelled: str) -> str | None:
    """Return the bank of a clearing code, in any of its spellings (088, 88, BK88); None where the API names none."""
    return codes().v2_bank(spelled)


def bank_name(word: str) -> str:
    """Return a bank as its customers know it, or the word itself."""
    code = codes().bank_of_v2(word)
    return word if code is None else BANKS[code][0]


def card_name(word: str) -> str:
    """Return a card company as its customers know it, or the word itself."""
    card = codes().card_of_v2(word)
    return card.ko if card else word


AT_WORK: Final = "IDEMPOTENCY_OUTSTANDING_REQUEST"
"""An earlier call with the same idempotency key is being executed."""
OF_PGS: Final = frozenset({"PG_PROVIDER", "CHANNEL_SPECIFIC"})
"""502, and a real refusal: the PG said no. Any other 5xx leaves the outcome unknown."""
NOT_WAITING: Final = "PAYMENT_NOT_WAITING_FOR_DEPOSIT"
NOT_FOUND: Final = "PAYMENT_NOT_FOUND"
OTHER_CAPTURE: Final = "OTHER_CAPTURE"
"""Ours: the payment that the provider shows is not the capture to refund."""
