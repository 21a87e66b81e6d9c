"""The small closed vocabularies and the names: ids, Mode, Method, Caller, Offer."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType, Self

import attrs

from payments.domain.errors import BadInput
from payments.domain.money import Money

MerchantId = NewType("MerchantId", str)
"""Our unguessable name for a payment, unique for ever."""
GatewayId = NewType("GatewayId", str)
"""The provider's name of one attempt."""
RefundId = NewType("RefundId", str)
"""Our name of one refund; it travels to the provider in the refund's reason."""

LONGEST_ID: Final = 40
_OURS: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def merchant_id(text: str) -> MerchantId:
    """Return *text* as a merchant id. Raises BadInput unless it has 1–40 characters of A–Z a–z 0–9 _ and -."""
    if not _OURS.fullmatch(text):
        raise BadInput("A merchant id must have 1 to 40 characters of A-Z, a-z, 0-9, _ and -.")
    return MerchantId(text)


def recorded_id(text: str) -> MerchantId:
    """Return *text* as a merchant id that may be recorded; other programs on the same account may use other characters.

    Raises BadInput unless it has 1–40 characters that every database can store.
    """
    if not 1 <= len(text) <= LONGEST_ID or not is_storable(text):
        raise BadInput(f"A merchant id must have 1 to {LONGEST_ID} characters.")
    return MerchantId(text)


class Mode(StrEnum):
    """Real money or test money. A database holds payments of one mode only."""

    LIVE = "live"
    TEST = "test"


class Method(StrEnum):
    """How the buyer is asked to pay. A provider may report other methods; those are stored as text."""

    CARD = "card"
    TRANSFER = "transfer"
    VIRTUAL_ACCOUNT = "virtual_account"
    MOBILE = "mobile"
    APPLEPAY = "applepay"
    KAKAOPAY = "kakaopay"
    LPAY = "lpay"
    NAVERPAY = "naverpay"
    PAYCO = "payco"
    PAYPAL = "paypal"
    PINPAY = "pinpay"
    SAMSUNGPAY = "samsungpay"
    SKPAY = "skpay"
    SSGPAY = "ssgpay"
    TOSSPAY = "tosspay"


class Role(StrEnum):
    """On whose behalf a use case runs."""

    BUYER = "buyer"
    SHOP = "shop"
    SYSTEM = "system"


@attrs.frozen
class Caller:
    """Who asks. A buyer may see only their own payments; the shop and the system may see all."""

    role: Role
    name: str

    @classmethod
    def buyer(cls, name: str) -> Self:
        return cls(Role.BUYER, name)

    @classmethod
    def shop(cls, name: str) -> Self:
        return cls(Role.SHOP, name)

    @classmethod
    def system(cls, name: str) -> Self:
        return cls(Role.SYSTEM, name)

    def may_see(self, buyer: str) -> bool:
        """Return whether the caller may see payments of *buyer*. A payment without a buyer is visible to no buyer."""
        return self.role is not Role.BUYER or (self.name == buyer and buyer != "")

    def __str__(self) -> str:
        return f"{self.role}:{self.name}"


@attrs.frozen
class Offer:
    """What the shop asks for an order: its name as the buyer reads it, and its price."""

    name: str
    price: Money


def is_storable(text: str) -> bool:
    """Return whether every database can store *text*.

    PostgreSQL cannot store NUL, and JSON may contain half a surrogate pair, which no database can store.
    """
    return not _UNSTORABLE.search(text)


def text(least: int, most: int) -> Callable[[object, Any, Any], None]:
    """Return a validator for text of *least* to *most* characters that every database can store."""

    found = _UNSTORABLE.search  # not is_storable: this runs dozens of times in a request

    def check(_: object, field: Any, value: Any) -> None:
        if not isinstance(value, str) or not least <= len(value) <= most or found(value):
            raise BadInput(f"`{field.name}` must be text of {least} to {most} characters.")

    return check


def aware(_: object, field: Any, value: Any) -> None:
    """Raise BadInput unless *value* is an aware datetime in UTC: inside the domain, every time is."""
    if not isinstance(value, datetime) or value.utcoffset() != timedelta(0):
        raise BadInput(f"`{field.name}` must be a timezone-aware datetime in UTC.")
