"""What requests may contain. Shapes are strict: an unknown field is an error, never ignored.

Money is in whole minor units. A browser never sets an amount; `expected_amount` is only compared with the price.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

from payments.domain.books.search import PeriodOf
from payments.domain.machine import Status
from payments.domain.money import MAX_MINOR
from payments.domain.values import DEFAULT_PROVIDER, MAX_CHANNEL_NAME, MAX_MONTHS, Method
from payments.entrypoints.books.periods import MAX_ZONE_NAME
from payments.entrypoints.tokens import MAX_NAME

Minor = Annotated[int, Meta(ge=1, le=MAX_MINOR, description="Whole minor units: won, or cents.")]
Part = Annotated[int, Meta(ge=0, le=MAX_MINOR, description="Whole minor units: won, or cents.")]
ONE_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$(?!\n)"
"""Text without control characters and line ends."""
Text = Annotated[str, Meta(max_length=200, pattern=ONE_LINE)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME, pattern=ONE_LINE)]
GatewayIdText = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]


MAX_CURSOR_LENGTH = 300
"""Characters: enough for the longest id of an orphan in four-byte letters."""


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """A body or query that refuses unknown fields. Its text names no value, because an error's text may contain it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class ContactInput(Strict):
    """The buyer's contact data for the window, passed on and not stored. Some providers require the phone."""

    name: Annotated[str, Meta(max_length=100, pattern=ONE_LINE)] = ""
    phone: Annotated[str, Meta(max_length=40, pattern=ONE_LINE)] = ""
    email: Annotated[str, Meta(max_length=254, pattern=ONE_LINE)] = ""


class BeginByBuyer(Strict):
    """A buyer's browser begins a payment for an order in the price list, or one signed by the shop's server."""

    order: Annotated[str, Meta(min_length=1, max_length=4096, pattern=ONE_LINE)]
    method: Method = Method.CARD
    expected_amount: Minor | None = None
    contact: ContactInput | None = None


class BeginByShop(Strict):
    """The shop's server begins a payment for a buyer, and sets the price and its terms.

    An amount of 0 is refused as `nothing-to-pay`: the shop completes the order without a payment.
    """

    buyer: Name
    order: Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)]
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
    amount: Part
    currency: Currency = "KRW"
    method: Method = Method.CARD
    tax_free: Part | None = None
    vat: Part | None = None
    channel: Annotated[str, Meta(max_length=MAX_CHANNEL_NAME, description="A channel of the settings.")] = ""
    digital: bool | None = None
    max_instalments: Annotated[int, Meta(ge=1, le=MAX_MONTHS, description="Months; 1: at once.")] | None = None
    contact: ContactInput | None = None


class Complete(Strict):
    """The attempt that the window reported: the provider's own name of it."""

    gateway_id: GatewayIdText


class Abandon(Strict):
    """The buyer left the window. `reason`, in the words of the provider or a browser, is not used."""

    reason: Annotated[str, Meta(max_length=1000)] | None = None  # ignored, so of any form


class Cancel(Strict):
    """`force` is for the shop: close it although the provider's answer cannot be read."""

    force: bool = False


Border = Annotated[str, Meta(max_length=40, description="A date, all of its day, or a moment (RFC 3339).")]


class Page(Strict):
    """Which payments to list: those for which everything holds that is given. Buyers always see their own payments.

    `period` says what happened between `from` and `to`: payments `begun`, `captured` or `refunded`. Dates are days in
    `zone` (default: the shop's time zone). `amount` is the price, or with a period of captures or refunds the sum that
    was captured or refunded then. For the shop only: `buyer`; `called`: a merchant id, order, gateway id, approval
    number or the PG's transaction id; `name`: the beginning of the name; `paid_twice`: paid payments of orders that
    another payment paid too (without `from`: of 90 days; at most 366); `questioned`: those with money given back
    elsewhere that an operator must decide about.
    """

    status: Status | None = None
    method: Method | None = None
    order: Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)] | None = None
    amount: Minor | None = None
    currency: Currency | None = None
    period: PeriodOf = PeriodOf.BEGUN
    since: Border | None = field(default=None, name="from")
    until: Border | None = field(default=None, name="to")
    zone: Annotated[str, Meta(max_length=MAX_ZONE_NAME)] | None = None
    cursor: Annotated[str, Meta(max_length=MAX_CURSOR_LENGTH)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    buyer: Name | None = None
    called: Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)] | None = None
    paid_twice: bool = False
    questioned: bool = False


class StrayPage(Strict):
    """Which strays to list."""

    cursor: Annotated[str, Meta(max_length=MAX_CURSOR_LENGTH)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Account(Strict):
    """The bank account that a virtual account's payment is refunded to.

    `bank` is the code of the bank, such as 088; `number` may have hyphens and blanks.
    """

    bank: Annotated[str, Meta(min_length=1, max_length=16, pattern=ONE_LINE)]
    number: Annotated[str, Meta(min_length=1, max_length=32, pattern=ONE_LINE)]
    holder: Annotated[str, Meta(min_length=1, max_length=32, pattern=ONE_LINE)]
    phone: Annotated[str, Meta(max_length=20, pattern=ONE_LINE)] = ""


class RequestRefund(Strict):
    """What to refund: the rest of the accepted capture, unless `amount` or `gateway_id` is given.

    `override` is an operator's note why it is refunded although the channel's rules warn.
    """

    reason: Text = ""
    amount: Minor | None = None
    gateway_id: GatewayIdText | None = None
    tax_free: Part | None = None
    vat: Part | None = None
    account: Account | None = None
    override: Text = ""


class RecordOutside(Strict):
    """Money that was given back elsewhere: `amount` of the accepted capture, unless `gateway_id` is given.

    `note` says how and why. `on` is the day on which it was given back, in the shop's time zone; default: today.
    """

    amount: Minor
    note: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
    gateway_id: GatewayIdText | None = None
    on: Annotated[str, Meta(max_length=10, description="A date such as 2026-11-25.")] | None = None


class ReturnStray(Strict):
    """Why a stray is refunded. A virtual account's payment requires `account`."""

    reason: Text = "stray"
    account: Account | None = None


class HoldStray(Strict):
    """Why a stray is held."""

    note: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^(?=.*\S)[^\x00-\x1f\x7f\u2028\u2029]*$(?!\n)")]


class HoldOrphan(HoldStray):
    """Why an orphan is held. `provider` is where it was found."""

    provider: Annotated[str, Meta(min_length=1, max_length=20, pattern=ONE_LINE)] = DEFAULT_PROVIDER


class ProviderMessage(Struct, kw_only=True):
    """A provider's webhook, or the query of a returning phone, in that provider's own words."""
