"""What may be sent to us: strict shapes, so that a typing error is told and not guessed at.

Money is in whole minor units. Nothing here has an amount that a browser could name, but `expected_amount`, which is
only compared.
"""

from typing import Annotated

from msgspec import Meta, Struct

from payments.domain.machine import Status
from payments.domain.money import MAX_MINOR
from payments.domain.values import Method
from payments.entrypoints.tokens import MAX_NAME

Minor = Annotated[int, Meta(ge=1, le=MAX_MINOR, description="Whole minor units: won, or cents.")]
Part = Annotated[int, Meta(ge=0, le=MAX_MINOR, description="Whole minor units: won, or cents.")]
Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00]*$")]
GatewayIdText = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]


LONGEST_CURSOR = 300
"""Characters: enough for the longest id of an orphan, in the widest letters."""


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """A body or query of which every field is known."""


class ContactInput(Strict):
    """What the window is told of the buyer: passed on, not kept. Some providers demand the phone."""

    name: Annotated[str, Meta(max_length=100)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""


class BeginByBuyer(Strict):
    """A buyer's browser begins: it names an order of the price list, or one that the shop's server signed."""

    order: Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
    method: Method = Method.CARD
    expected_amount: Minor | None = None
    contact: ContactInput | None = None


class BeginByShop(Strict):
    """The shop's server begins for a buyer, and says what it costs."""

    buyer: Name
    order: Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    amount: Minor
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")] = "KRW"
    method: Method = Method.CARD
    contact: ContactInput | None = None


class Complete(Strict):
    """What the window said: which attempt to look at. Iamport calls it imp_uid."""

    gateway_id: GatewayIdText


class Abandon(Strict):
    """The buyer left the window; the reason is for the log alone."""

    reason: Annotated[str, Meta(max_length=1000)] | None = None


class Cancel(Strict):
    """`force` is for the shop: close it although the provider's answer cannot be read."""

    force: bool = False


class Page(Strict):
    """Which payments to list. `buyer` is for the shop; a buyer always sees their own."""

    status: Status | None = None
    cursor: Annotated[str, Meta(max_length=LONGEST_CURSOR)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    buyer: Name | None = None


class StrayPage(Strict):
    """Which strays to list."""

    cursor: Annotated[str, Meta(max_length=LONGEST_CURSOR)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Account(Strict):
    """Where the money of a virtual account goes back to; `bank` is the provider's code of the bank."""

    bank: Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[A-Za-z0-9_]+$(?!\n)")]
    number: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9-]+$(?!\n)")]
    holder: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[^\x00]*$")]
    phone: Annotated[str, Meta(max_length=20, pattern=r"^[0-9+-]*$(?!\n)")] = ""


class AskRefund(Strict):
    """What to give back: all that is left of the accepted capture, unless `amount` or `gateway_id` say otherwise."""

    reason: Text = ""
    amount: Minor | None = None
    gateway_id: GatewayIdText | None = None
    tax_free: Part = 0
    vat: Part | None = None
    account: Account | None = None


class ReturnStray(Strict):
    """Why a stray is given back; a deposit's money needs an account."""

    reason: Text = "stray"
    account: Account | None = None


class HoldStray(Strict):
    """Why a stray or an orphan is held."""

    note: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*\S[^\x00]*$")]


class Hint(Struct, kw_only=True):
    """A provider's webhook, or the query a phone comes back with. Other fields are theirs to add: they are not read."""

    imp_uid: Annotated[str, Meta(max_length=64)] | None = None
    merchant_uid: Annotated[str, Meta(max_length=200)] | None = None
    status: Annotated[str, Meta(max_length=40)] | None = None
