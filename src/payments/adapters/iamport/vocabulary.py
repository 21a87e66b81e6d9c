"""Iamport's words for statuses and pay methods. Requests and answers use different words for one method."""

from collections.abc import Mapping
from typing import Final

from payments.domain.values import Method

READY: Final = "ready"
PAID: Final = "paid"
CANCELLED: Final = "cancelled"
FAILED: Final = "failed"
VBANK: Final = "vbank"

_RENAMED: Final = {
    Method.TRANSFER: "trans",
    Method.VIRTUAL_ACCOUNT: VBANK,
    Method.MOBILE: "phone",
}
PAY_METHODS: Final[Mapping[Method, str]] = {method: _RENAMED.get(method, method.value) for method in Method}
"""The `pay_method` of `IMP.request_pay` for each of our methods."""

_METHODS: Final[Mapping[str, Method]] = {
    **{word: method for method, word in PAY_METHODS.items() if method is not Method.SAMSUNGPAY},
    "samsung": Method.SAMSUNGPAY,
}


def method_of(word: str) -> str:
    """Return our name of the pay method in a payment object, or *word* itself if we have none."""
    return _METHODS.get(word, word)
