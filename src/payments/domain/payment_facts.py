"""PaymentFacts: what is stored of a payment, and what follows from it. Payment adds how it changes."""

from datetime import datetime, timedelta

import attrs

from payments.domain.attempt import Attempt, Disposition
from payments.domain.errors import RefundRefused
from payments.domain.event import Event
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.refund import Refund, RefundStatus
from payments.domain.report import Deposit
from payments.domain.schedule import (
    CHECK_WAITS,
    LAST_SHORT_WAIT,
    LAST_WAIT_OF_ACCEPTED,
    PAID_CHECKS,
    next_age,
    wait_after,
)
from payments.domain.values import (
    DEFAULT_PROVIDER,
    LONGEST_NAME,
    GatewayId,
    MerchantId,
    Method,
    Mode,
    Offer,
    RefundId,
    Terms,
    aware,
    text,
)


@attrs.frozen(kw_only=True)
class PaymentFacts:
    """The fields of a payment. `version` counts its changes, and storage compares and swaps on it.

    A new payment has version 0: nobody knows its id until the provider knows its price. `new_events` are not stored
    yet. The rest is bookkeeping, which may change without an event: `expires_at`, `method`, `terms` but for their tax
    parts, `due_at` (the next check), `checks` (checks since the last change), `failures` (failed checks in a row),
    `unreadable` (what the last check could not read), `alerted` (lines about its attempts that people were alerted
    to once, and are not alerted to again).
    """

    merchant_id: MerchantId = attrs.field(validator=text(1, 40))
    buyer: str = attrs.field(validator=text(0, LONGEST_NAME))
    order: str = attrs.field(validator=text(0, 120))
    name: str = attrs.field(validator=text(0, 200))
    price: Money
    mode: Mode
    method: Method
    begun_by: str = attrs.field(validator=text(1, 120))
    created_at: datetime = attrs.field(validator=aware)
    expires_at: datetime = attrs.field(validator=aware)
    terms: Terms = attrs.field(factory=Terms)
    provider: str = attrs.field(default=DEFAULT_PROVIDER, validator=text(1, 20))  # for ever: its id is known there
    one_per_order: bool = False  # in the whole shop; otherwise each buyer has one
    status: Status = Status.AWAITING
    reason: str = attrs.field(default="", validator=text(0, 1000))
    prepared: bool = False
    version: int = 0
    attempts: tuple[Attempt, ...] = ()  # by gateway id
    refunds: tuple[Refund, ...] = ()  # in the order they were requested
    due_at: datetime | None = None
    checks: int = 0
    failures: int = 0
    unreadable: str = attrs.field(default="", validator=text(0, 1000))
    alerted: tuple[str, ...] = ()
    new_events: tuple[Event, ...] = attrs.field(default=(), eq=False, repr=False)

    @property
    def order_scope(self) -> str:
        """Within which an order has one live payment: its buyer, or '' for the whole shop."""
        return "" if self.one_per_order else self.buyer

    @property
    def is_routine(self) -> bool:
        """Whether its next check may wait for all others: a paid payment at rest."""
        at_rest = not self.open_refunds and not self.deposits_to_revoke and self.checks > 0
        return self.status is Status.PAID and at_rest

    @property
    def checks_left(self) -> bool:
        return self.checks < len(CHECK_WAITS)

    @property
    def paid_at(self) -> datetime:
        """When the accepted capture was made; where the provider does not say, when the payment began."""
        return self.taken_at(self.accepted) if self.accepted else self.created_at

    def taken_at(self, attempt: Attempt) -> datetime:
        """Return when a capture was made; where the provider does not say, when the payment began."""
        return attempt.report.captured_at or self.created_at

    def refunded_at(self, attempt: Attempt | None) -> datetime | None:
        """Return when the latest refund of a capture was done; None if there is none."""
        done = [r.done_at for r in self.refunds if attempt and r.gateway_id == attempt.gateway_id and r.done_at]
        return max(done, default=None)

    @property
    def expiry(self) -> datetime:
        """Until when the buyer may pay: later while a virtual account waits for its deposit."""
        return max([self.expires_at, *(deposit.due for deposit in self.deposits)])

    def closes_at(self, grace: timedelta, deposit_grace: timedelta) -> datetime:
        """Return when an awaiting payment is given up: providers and banks report money some time after it came."""
        return max([self.expires_at + grace, *(deposit.due + deposit_grace for deposit in self.deposits)])

    @property
    def deposits(self) -> list[Deposit]:
        """The virtual accounts that still wait for money."""
        return [a.report.deposit for a in self.attempts if a.waits_for_deposit and a.report.deposit]

    @property
    def deposits_to_revoke(self) -> list[Attempt]:
        """Virtual accounts that must take no money any more, because the payment is paid or closed."""
        if self.is_payable:
            return []
        return [attempt for attempt in self.attempts if attempt.waits_for_deposit]

    @property
    def accepted(self) -> Attempt | None:
        """The one capture that pays for this payment."""
        return next((a for a in self.attempts if a.disposition is Disposition.ACCEPTED), None)

    @property
    def refunded(self) -> int:
        """What the provider refunded of the accepted capture, in minor units."""
        return self.accepted.report.refunded if self.accepted else 0

    @property
    def outside(self) -> int:
        """What was given back elsewhere of the accepted capture, in minor units."""
        return self.accepted.outside if self.accepted else 0

    @property
    def is_payable(self) -> bool:
        """Whether an exact capture would still pay it: it is open, and not paid."""
        return self.status in (Status.AWAITING, Status.FAILED)

    def is_asked_by(self, offer: Offer) -> bool:
        """Whether it asks what *offer* asks: its price, and its tax parts where the offer says them."""
        parts = offer.terms.parts
        return self.price == offer.price and (not parts.are_said or parts == self.terms.parts)

    @property
    def id_used_up(self) -> bool:
        """Whether the provider refuses another window: it never opens one for an id that has taken money."""
        return any(a.report.is_capture for a in self.attempts)

    @property
    def open_refunds(self) -> list[Refund]:
        return [refund for refund in self.refunds if refund.is_open]

    def open_refund_of(self, gateway_id: GatewayId) -> Refund | None:
        """Return the open refund of this capture: there is at most one."""
        return next((refund for refund in self.open_refunds if refund.gateway_id == gateway_id), None)

    def questions_about(self, gateway_id: GatewayId) -> list[Refund]:
        """Return what was given back elsewhere of this capture, and may be the same money as the provider reports."""
        mine = [refund for refund in self.refunds if refund.gateway_id == gateway_id]
        return [refund for refund in mine if refund.status is RefundStatus.QUESTIONED]

    def attempt(self, gateway_id: GatewayId) -> Attempt | None:
        return next((a for a in self.attempts if a.gateway_id == gateway_id), None)

    def capture(self, gateway_id: GatewayId | None) -> Attempt:
        """Return the named capture, or the accepted one. Raises RefundRefused where no money was taken."""
        attempt = self.accepted if gateway_id is None else self.attempt(gateway_id)
        if attempt is None or not attempt.report.is_capture:
            raise RefundRefused("This attempt took no money, so there is nothing to refund.")
        return attempt

    def refund(self, refund_id: RefundId) -> Refund:
        """Return the refund. Raises RefundRefused if this payment has no refund with that id."""
        for refund in self.refunds:
            if refund.id == refund_id:
                return refund
        raise RefundRefused("This payment has no such refund.")

    def with_attempt(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """Return the attempts with *attempt* put in its place."""
        others = [a for a in self.attempts if a.gateway_id != attempt.gateway_id]
        return tuple(sorted([*others, attempt], key=lambda a: a.gateway_id))

    def with_refunds(self, *changed: Refund) -> tuple[Refund, ...]:
        """Return the refunds with *changed* in their places, new ones at the end."""
        by_id = {refund.id: refund for refund in self.refunds} | {refund.id: refund for refund in changed}
        return tuple(by_id.values())

    def next_check(self, now: datetime) -> datetime | None:
        """Return when to check next: None once neither money nor a refund can be missed any more."""
        repeated = now + wait_after(self.checks, at_most=LAST_SHORT_WAIT)
        refunds = [self._refund_due(refund, now, repeated) for refund in self.open_refunds]
        attempts = self._attempts_due(now, repeated)
        return min([*refunds, attempts] if attempts else refunds, default=None)

    def _attempts_due(self, now: datetime, repeated: datetime) -> datetime | None:
        """Return when to check for money that came or went unnoticed."""
        if self.status is Status.AWAITING:
            return min(repeated, self.expiry) if self.expiry > now else repeated
        if self.deposits_to_revoke and self.checks == 0:
            return now
        if self.status is Status.PAID and self.checks == 0:
            return repeated  # to see what else waits under it, such as a virtual account
        if self.status is Status.PAID and not (self.deposits_to_revoke and self.checks_left):
            return next_age(self.paid_at, now, PAID_CHECKS)
        return now + wait_after(self.checks) if self.checks_left else None

    def _refund_due(self, refund: Refund, now: datetime, repeated: datetime) -> datetime:
        """Return when to see to an open refund: a new automatic one has nobody else to send it, so at once."""
        if refund.is_automatic and refund.sends == 0 and self.checks == 0:
            return refund.not_before or now
        if refund.accepted_at:
            return now + wait_after(self.checks, at_most=LAST_WAIT_OF_ACCEPTED)
        return max(repeated, refund.not_before or now)
