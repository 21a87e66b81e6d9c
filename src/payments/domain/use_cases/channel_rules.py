"""ChannelRules: the port that tells what a channel allows, asked before anything is sent to it.

The domain knows no payment company: it hands over what it is about to ask for, and reads whether that may go on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

import attrs

from payments.domain.attempt import Attempt
from payments.domain.errors import BadInput, RuleViolation
from payments.domain.money import Money, TaxParts
from payments.domain.payment import Payment
from payments.domain.ports import Contact
from payments.domain.refund import BankAccount
from payments.domain.values import MerchantId, Method, Terms

MAX_NOTE: Final = 200


class Level(StrEnum):
    """`error`: certain to fail. `warn`: it depends on the contract. `fix`: corrected here. `note`: good to know."""

    ERROR = "error"
    WARN = "warn"
    FIX = "fix"
    NOTE = "note"


@attrs.frozen(kw_only=True)
class Finding:
    """A rule that a request breaks, with its sentence in English and Korean.

    `stops`: the request must not be sent. `value` is what `field` is corrected to, where the level is `fix`.
    """

    rule: str
    level: Level
    en: str
    ko: str
    stops: bool
    field: str = ""
    value: Any = None


@attrs.frozen(kw_only=True)
class PaymentRequest:
    """A payment for which a window is about to open at *channel* ('': the default one).

    `contact` is None while the buyer's data is not known.
    """

    channel: str
    order_id: MerchantId
    name: str
    price: Money
    terms: Terms
    method: Method
    contact: Contact | None = None


@attrs.frozen(kw_only=True)
class RefundRequest:
    """A refund of *amount* (minor units) of a payment's *attempt*, which the default or named *channel* took."""

    channel: str
    payment: Payment
    attempt: Attempt
    amount: int
    at: datetime
    parts: TaxParts = attrs.field(factory=TaxParts)
    account: BankAccount | None = None
    reason: str = ""


class ChannelRules(Protocol):
    """What the channels allow. It does no I/O, and never fails."""

    def of_payment(self, request: PaymentRequest) -> Sequence[Finding]:
        """Return the rules that a payment breaks."""

    def of_refund(self, request: RefundRequest) -> Sequence[Finding]:
        """Return the rules that a refund breaks."""


class NoRules:
    """Channels that allow everything, as those in memory."""

    def of_payment(self, request: PaymentRequest) -> Sequence[Finding]:  # noqa: ARG002 - it allows everything
        return ()

    def of_refund(self, request: RefundRequest) -> Sequence[Finding]:  # noqa: ARG002 - it allows everything
        return ()


def raise_if_stopped(found: Sequence[Finding], override: str = "", *, done: str = "No payment was created.") -> None:
    """Raise RuleViolation if something in *found* stops the request; *done* says what was not done.

    A note of an operator in *override* lifts warnings, never errors. Raises BadInput where the note is too long.
    """
    if len(override) > MAX_NOTE:
        raise BadInput(f"The note of an override must have at most {MAX_NOTE} characters.")
    stopping = [one for one in found if one.stops and not (override.strip() and one.level is Level.WARN)]
    if stopping:
        sentences = " ".join(dict.fromkeys(one.en for one in stopping))
        raise RuleViolation(f"{sentences} {done}", stopping[0].rule)


def corrections(found: Sequence[Finding]) -> Mapping[str, Any]:
    """Return what the findings correct: the values by their fields. A later one knows of those before it."""
    return {one.field: one.value for one in found if one.level is Level.FIX}
