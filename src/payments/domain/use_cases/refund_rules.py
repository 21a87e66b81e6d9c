"""RefundRules: what a channel allows of a refund, before it is requested and for the form of a console."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from payments.domain.attempt import Attempt
from payments.domain.money import TaxParts
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder, parts_left, request
from payments.domain.use_cases.channel_rules import (
    ChannelRules,
    Finding,
    NoRules,
    RefundRequest,
    corrections,
    raise_if_stopped,
)
from payments.domain.use_cases.rules import Rules
from payments.domain.values import RefundId

_DRAFT: Final = RefundId("draft")
_ACCOUNT_FIELDS: Final = frozenset({"account", "account_phone"})


@attrs.frozen(kw_only=True)
class RefundForm:
    """What a refund of a capture may be now. `most` is in minor units of `currency`; 0: nothing can be refunded.

    `whole` and `part` are the rules that a refund of all that is left, or of a part of it, breaks. The form asks for an
    account where `account` is true, for its holder's phone too where `phone` is.
    """

    most: int
    currency: str
    account: bool
    phone: bool
    whole: tuple[Finding, ...]
    part: tuple[Finding, ...]
    parts: TaxParts

    @property
    def may_be_whole(self) -> bool:
        return self.most > 0 and not any(one.stops for one in self.whole)

    @property
    def may_be_part(self) -> bool:
        return self.most > 1 and not any(one.stops for one in self.part)


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

    def form(self, payment: Payment, attempt: Attempt, at: datetime) -> RefundForm:
        """Return what a refund of *attempt* may be at *at*, and why not."""
        left = attempt.report.remaining
        parts = parts_left(payment, attempt)
        whole = self._asked(payment, attempt, left, at, parts, None, "form")
        part = self._asked(payment, attempt, max(left - 1, 1), at, parts, None, "form")
        fields = {one.field for one in (*whole, *part)}
        return RefundForm(
            most=left if attempt.counts_as_money else 0,
            currency=attempt.report.amount.currency,
            account="account" in fields,
            phone="account_phone" in fields,
            whole=_other(whole),
            part=_other(part),
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


def _other(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return what the form cannot put right by asking for an account."""
    return tuple(one for one in found if one.field not in _ACCOUNT_FIELDS)
