"""Iamport's words for statuses and pay methods. Requests and answers use different words for one method."""

import re
from collections.abc import Mapping
from typing import Final

from payments.domain.event import Reason
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


_LEFT: Final = re.compile(r"사용자\S*\s*(결제\S*\s*)?취소|결제\s*포기|PAY_PROCESS_CANCELED")
"""How PGs say that the buyer closed the window; there is no code for it that all of them use."""


def reason_of(words: str) -> str:
    """Return why an attempt failed: `left` if the buyer closed the window, else the PG's own words."""
    return Reason.LEFT if _LEFT.search(words) else words
