"""RefundRules: what a channel allows of a refund, before it is requested and for the form of a console."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from payments.domain.attempt import Attempt
from payments.domain.errors import RefundInProgress, RefundRefused
from payments.domain.money import TaxParts
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder, parts_left, request
from payments.domain.use_cases.channel_rules import (
    ChannelRules,
    Finding,
    Level,
    NoRules,
    RefundRequest,
    corrections,
    raise_if_stopped,
)
from payments.domain.use_cases.rules import Rules
from payments.domain.values import GatewayId, RefundId

_DRAFT: Final = RefundId("draft")
_ASKED_FOR: Final = frozenset({"account", "account_phone", "reason"})


@attrs.frozen(kw_only=True)
class RefundChoice:
    """One way to refund: whether there is money for it, and the rules of the channel that it breaks."""

    possible: bool
    found: tuple[Finding, ...]

    @property
    def why_not(self) -> tuple[Finding, ...]:
        """The rules that stop it."""
        return tuple(one for one in self.found if one.stops)

    @property
    def is_allowed(self) -> bool:
        return self.possible and not self.why_not

    @property
    def needs_note(self) -> bool:
        """Whether only warnings stop it, so that an operator's note in `RefundOrder.override` lets it pass."""
        return self.possible and bool(self.why_not) and all(one.level is Level.WARN for one in self.why_not)


@attrs.frozen(kw_only=True)
class RefundForm:
    """What a refund of a capture may be. `most` is in minor units of `currency`; where it is 0, `refused` says why.

    The choices are a refund of all that is left, and of a part of it. The form asks for an account where `account` is
    true, for its holder's phone where `phone` is, and must ask for a reason where `reason` is. `parts` are left.
    """

    gateway_id: GatewayId
    most: int
    currency: str
    refused: str
    account: bool
    phone: bool
    reason: bool
    whole: RefundChoice
    part: RefundChoice
    parts: TaxParts


@attrs.frozen(kw_only=True)
class RefundRules:
    """What the channels of a shop allow of refunds."""

    rules: Rules = attrs.field(factory=Rules)
    channel_rules: ChannelRules = attrs.field(factory=NoRules)

    def allowed(self, payment: Payment, order: RefundOrder, at: datetime) -> RefundOrder:
        """Return the order with what the channel corrects. Raises RuleViolation where the channel does not allow it.

        Raises RefundRefused or BadInput as `request` does.
        """
        intended = request(payment, attrs.evolve(order, account=None), _DRAFT, at, "draft").refund(_DRAFT)
        account = order.account if isinstance(order.account, BankAccount) else None
        attempt = payment.capture(intended.gateway_id)
        found = self._asked(payment, attempt, intended.amount, at, intended.parts, account, order.reason)
        raise_if_stopped(found, order.override, done="Nothing was sent.")
        bank = corrections(found).get("bank")
        return attrs.evolve(order, account=attrs.evolve(account, bank=bank)) if account and bank else order

    def forms(self, payment: Payment, at: datetime) -> tuple[RefundForm, ...]:
        """Return a form for each capture of the payment that still has money at *at*."""
        captures = [one for one in payment.attempts if one.left]
        return tuple(self.form(payment, attempt, at) for attempt in captures)

    def form(self, payment: Payment, attempt: Attempt, at: datetime) -> RefundForm:
        """Return what a refund of *attempt* may be at *at*, and why not."""
        left, parts = attempt.left, parts_left(payment, attempt)
        refused = _refused(payment, attempt, at)
        most = 0 if refused else left
        whole = self._asked(payment, attempt, left, at, parts, None, "")
        part = self._asked(payment, attempt, max(left - 1, 1), at, parts, None, "")
        fields = {one.field for one in (*whole, *part) if one.level is Level.ERROR}
        return RefundForm(
            gateway_id=attempt.gateway_id,
            most=most,
            currency=attempt.report.amount.currency,
            refused=refused,
            account="account" in fields,
            phone="account_phone" in fields,
            reason="reason" in fields,
            whole=RefundChoice(possible=most > 0, found=_other(whole)),
            part=RefundChoice(possible=most > 1, found=_other(part)),
            parts=parts,
        )

    def _asked(
        self,
        payment: Payment,
        attempt: Attempt,
        amount: int,
        at: datetime,
        parts: TaxParts,
        account: BankAccount | None,
        reason: str,
    ) -> Sequence[Finding]:
        channel = self.rules.channel_for(payment.terms.channel, payment.method, known=False)
        asked = RefundRequest(
            channel=channel,
            payment=payment,
            attempt=attempt,
            amount=amount,
            parts=parts,
            account=account,
            reason=reason,
            at=at,
        )
        return self.channel_rules.of_refund(asked)


def _refused(payment: Payment, attempt: Attempt, at: datetime) -> str:
    """Return why no refund of the capture can be requested, whatever the channel allows; '' if one can."""
    try:
        request(payment, RefundOrder(reason="", gateway_id=attempt.gateway_id), _DRAFT, at, "draft")
    except (RefundRefused, RefundInProgress) as error:
        return str(error)
    return ""


def _other(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return what the form cannot put right by asking for what is missing."""
    return tuple(one for one in found if one.field not in _ASKED_FOR)
