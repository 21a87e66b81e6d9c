"""The small closed vocabularies and the names: ids, Mode, Method, Caller, Terms, Offer."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType, Self

import attrs

from payments.domain.errors import BadInput
from payments.domain.money import Money, TaxParts, whole

MerchantId = NewType("MerchantId", str)
"""Our unguessable name for a payment, unique for ever."""
GatewayId = NewType("GatewayId", str)
"""The provider's name of one attempt."""
RefundId = NewType("RefundId", str)
"""Our name of one refund; it travels to the provider in the refund's reason."""

DEFAULT_PROVIDER: Final = "iamport"
"""The name of the provider of whatever names no other. A payment stays with its provider for ever."""

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


def text(least: int, most: int) -> Callable[[object, Any, Any], None]:
    """Return a validator for text of *least* to *most* characters that every database can store."""

    found = _UNSTORABLE.search  # not is_storable: this runs dozens of times in a request

    def check(_: object, field: Any, value: Any) -> None:
        if not isinstance(value, str) or not least <= len(value) <= most or found(value):
            raise BadInput(f"`{field.name}` must be text of {least} to {most} characters.")

    return check


LONGEST_NAME: Final = 100
"""Characters in the name of a buyer or another caller: `role:name` must fit in an event's `by`."""


class Role(StrEnum):
    """On whose behalf a use case runs."""

    BUYER = "buyer"
    SHOP = "shop"
    OPERATOR = "operator"  # a person of the shop, who has logged in
    SYSTEM = "system"


@attrs.frozen
class Caller:
    """Who asks. A buyer may see only their own payments; the shop, its operators and the system may see all.

    Raises BadInput for a name of more than LONGEST_NAME characters.
    """

    role: Role
    name: str = attrs.field(validator=text(0, LONGEST_NAME))

    @classmethod
    def buyer(cls, name: str) -> Self:
        return cls(Role.BUYER, name)

    @classmethod
    def shop(cls, name: str) -> Self:
        return cls(Role.SHOP, name)

    @classmethod
    def operator(cls, name: str) -> Self:
        return cls(Role.OPERATOR, name)

    @classmethod
    def system(cls, name: str) -> Self:
        return cls(Role.SYSTEM, name)

    def may_see(self, buyer: str) -> bool:
        """Return whether the caller may see payments of *buyer*. A payment without a buyer is visible to no buyer."""
        return self.role is not Role.BUYER or (self.name == buyer and buyer != "")

    def __str__(self) -> str:
        return f"{self.role}:{self.name}"


MAX_MONTHS: Final = 60
MAX_CHANNEL_NAME: Final = 60


def _channel(_: object, __: object, value: Any) -> None:
    if not isinstance(value, str) or len(value) > MAX_CHANNEL_NAME or not (value.isprintable() or value == ""):
        raise BadInput(f"The name of a channel must be a text of at most {MAX_CHANNEL_NAME} characters.")


@attrs.frozen(kw_only=True)
class Terms:
    """`parts` of the price for taxes; the `channel` of the shop's settings that must take the payment ('': by method).

    `digital`: goods on the phone bill are content, not shipped. `max_instalments`: the most months a card may be
    charged in (1: at once). None: as the settings say.
    """

    parts: TaxParts = attrs.field(factory=TaxParts)
    channel: str = attrs.field(default="", validator=_channel)
    digital: bool | None = None
    max_instalments: int | None = None

    def __attrs_post_init__(self) -> None:
        if not (self.digital is None or isinstance(self.digital, bool)):
            raise BadInput("`digital` must be true or false.")
        if self.max_instalments is not None:
            whole(self.max_instalments, least=1, what="The number of instalments")
            if self.max_instalments > MAX_MONTHS:
                raise BadInput(f"Instalments can run for {MAX_MONTHS} months at most; got {self.max_instalments}.")

    def renewed(self, newer: Self) -> Self:
        """Return *newer* terms; what they do not say stays as it was, so that another door cannot drop it."""
        return attrs.evolve(
            newer,
            parts=newer.parts if newer.parts.are_said else self.parts,
            channel=newer.channel or self.channel,
            digital=self.digital if newer.digital is None else newer.digital,
            max_instalments=newer.max_instalments or self.max_instalments,
        )


@attrs.frozen
class Offer:
    """What the shop asks for an order: its name as the buyer reads it, its price, and its terms.

    Raises BadInput where the tax parts are larger than the price.
    """

    name: str
    price: Money
    terms: Terms = attrs.field(factory=Terms)

    def __attrs_post_init__(self) -> None:
        self.terms.parts.within(self.price.minor, "price")


def is_storable(text: str) -> bool:
    """Return whether every database can store *text*.

    PostgreSQL cannot store NUL, and JSON may contain half a surrogate pair, which no database can store.
    """
    return not _UNSTORABLE.search(text)


def aware(_: object, field: Any, value: Any) -> None:
    """Raise BadInput unless *value* is an aware datetime in UTC: inside the domain, every time is."""
    if not isinstance(value, datetime) or value.utcoffset() != timedelta(0):
        raise BadInput(f"`{field.name}` must be a timezone-aware datetime in UTC.")
