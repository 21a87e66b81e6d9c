"""Iamport's words for pay methods and statuses, and ours. Asking and answering use different words for one method."""

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
ASKED: Final[Mapping[Method, str]] = {method: _RENAMED.get(method, method.value) for method in Method}
"""What `IMP.request_pay` takes as `pay_method`."""

_ANSWERED: Final[Mapping[str, Method]] = {
    **{word: method for method, word in ASKED.items() if method is not Method.SAMSUNGPAY},
    "samsung": Method.SAMSUNGPAY,
}


def method_answered(word: str) -> str:
    """Return our name of the method a payment object names; a word that is not ours stays as it is."""
    return _ANSWERED.get(word, word)
