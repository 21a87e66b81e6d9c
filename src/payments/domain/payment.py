"""Payment: one thing a buyer is asked to pay, with its attempts and refunds. Frozen: a change returns the successor."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Self

import attrs

from payments.domain.attempt import Attempt
from payments.domain.errors import AlreadyPaid
from payments.domain.event import Event, EventKind, Reason, Source
from payments.domain.machine import Status, Trigger, move
from payments.domain.payment_facts import PaymentFacts
from payments.domain.refund import Refund
from payments.domain.schedule import EXPIRES_AFTER, LONGEST_OUTAGE_WAIT, wait_after
from payments.domain.values import GatewayId, MerchantId, Method, Mode, Offer, Terms

MAX_UNREADABLE_EVENTS: Final = 10
"""Of one payment: rows that can be read now and then, or are worded anew each time, must not fill its timeline."""


@attrs.frozen(kw_only=True)
class Change:
    """One step of a decision: its event, the trigger for the machine, and the attempt and refund it leaves behind."""

    event: Event
    trigger: Trigger | None = None
    attempt: Attempt | None = None
    refund: Refund | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True)
class Payment(PaymentFacts):
    """The aggregate: everything that is stored and locked as one."""

    @classmethod
    def begin(
        cls,
        merchant_id: MerchantId,
        buyer: str,
        order: str,
        offer: Offer,
        method: Method,
        mode: Mode,
        at: datetime,
        by: str,
        expires_after: timedelta = EXPIRES_AFTER,
        *,
        one_per_order: bool = False,
    ) -> Self:
        """Return a new payment, which awaits its buyer for *expires_after*."""
        new = cls(
            merchant_id=merchant_id,
            buyer=buyer,
            order=order,
            name=offer.name,
            price=offer.price,
            terms=offer.terms,
            one_per_order=one_per_order,
            mode=mode,
            method=method,
            begun_by=by,
            created_at=at,
            expires_at=at + expires_after,
        )
        return attrs.evolve(new, due_at=new.next_check(at))

    # -- changes: each has exactly one event

    def announced(self) -> Self:
        """Return the payment with its first event: from now on it is told and listed."""
        if self.version:
            return self
        event = Event(kind=EventKind.BEGUN, at=self.created_at, by=self.begun_by, amount=self.price.minor)
        return self._with_entry(event)

    def with_event(self, event: Event, **changes: Any) -> Self:
        """Return the payment after *changes*, which *event* describes; its series of checks starts again."""
        return self.announced()._with_entry(event, **changes)

    def _with_entry(self, event: Event, **changes: Any) -> Self:
        successor = attrs.evolve(self, **changes, version=self.version + 1, checks=0, failures=0)
        entry = attrs.evolve(event, version=successor.version, status=successor.status)
        return attrs.evolve(successor, new_events=(*self.new_events, entry), due_at=successor.next_check(event.at))

    def after(self, trigger: Trigger, event: Event, **changes: Any) -> Self:
        """Return the payment as *trigger* leaves it; a replay returns *self*. Raises IllegalTransition."""
        status = move(self.status, trigger)
        if status is self.status and not changes:
            return self
        if status is not self.status:
            changes = {"reason": "" if status is Status.PAID else event.reason} | changes
        return self.with_event(event, **changes, status=status)

    def apply(self, changes: Iterable[Change]) -> Self:
        """Return the payment after a decision, change by change."""
        payment = self
        for change in changes:
            fields = payment._fields_of(change)
            if change.trigger is None:
                payment = payment.with_event(change.event, **fields)
            else:
                payment = payment.after(change.trigger, change.event, **fields)
        return payment

    def _fields_of(self, change: Change) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if change.attempt is not None:
            fields["attempts"] = self.with_attempt(change.attempt)
        if change.refund is not None:
            fields["refunds"] = self.with_refunds(change.refund)
        if change.reason is not None:
            fields["reason"] = change.reason
        return fields

    def closed(self, at: datetime, by: str, reason: Reason) -> Self:
        """Return the payment cancelled. Raises AlreadyPaid: captured money is refunded, not cancelled."""
        if self.status is Status.PAID:
            raise AlreadyPaid("This payment is paid. Refund it instead of cancelling it.")
        return self.after(Trigger.CLOSED, Event(kind=EventKind.CLOSED, at=at, by=by, reason=reason))

    def expired(self, at: datetime, grace: timedelta, deposit_grace: timedelta) -> Self:
        """Return the payment cancelled if it is still awaiting after its grace; else *self*."""
        if self.status is not Status.AWAITING or at < self.closes_at(grace, deposit_grace):
            return self
        return self.closed(at, Source.CLOCK, Reason.EXPIRED)

    def with_price_prepared(self, at: datetime) -> Self:
        """Return the payment knowing that the provider accepts no other amount for it."""
        if self.prepared:
            return self
        event = Event(kind=EventKind.PREPARED, at=at, by=Source.GATEWAY, amount=self.price.minor)
        return self.with_event(event, prepared=True)

    def prepare_refused(self, at: datetime, reason: str) -> Self:
        """Return the payment failed, because the provider refuses this price."""
        words = reason[:1000] or Reason.PREPARE_REFUSED
        event = Event(kind=EventKind.PREPARE_REFUSED, at=at, by=Source.GATEWAY, reason=words)
        return self.after(Trigger.DECLINED, event)

    def with_unreadable(self, what: str, at: datetime, by: str) -> Self:
        """Return the payment knowing what the last check could not read.

        It is an event the first time that exactly this could not be read, and MAX_UNREADABLE_EVENTS times at most.
        """
        if what == self.unreadable:
            return self
        known = attrs.evolve(self, unreadable=what)
        line = " ".join(what.split())
        if not line or line in self.alerted or len(self.alerted) >= MAX_UNREADABLE_EVENTS:
            return known
        return known.with_alerts(line).with_event(Event(kind=EventKind.ATTEMPT_UNREADABLE, at=at, by=by, reason=what))

    def with_alerts(self, *lines: str) -> Self:
        """Return the payment knowing that people are alerted to these lines; *self* if they were before."""
        new = tuple(line for line in dict.fromkeys(lines) if line not in self.alerted)
        return attrs.evolve(self, alerted=(*self.alerted, *new)) if new else self

    def with_deposit_left_open(self, gateway_id: GatewayId, at: datetime, refusal: str) -> Self:
        """Return the payment knowing that the provider refuses to close a virtual account; an event the first time.

        Where the account was paid or closed meanwhile, there is nothing to tell.
        """
        attempt = self.attempt(gateway_id)
        if attempt not in self.deposits_to_revoke or attempt.revoke_failure:
            return self
        attempts = self.with_attempt(attrs.evolve(attempt, revoke_failure=refusal[:500] or "refused"))
        event = Event(
            kind=EventKind.DEPOSIT_LEFT_OPEN,
            at=at,
            by=Source.GATEWAY,
            gateway_id=gateway_id,
            amount=attempt.report.amount.minor,
            reason=refusal[:500],
        )
        return self.with_event(event, attempts=attempts)

    # -- bookkeeping: no event

    def begun_again(
        self, method: Method, at: datetime, expires_after: timedelta = EXPIRES_AFTER, terms: Terms | None = None
    ) -> Self:
        """Return the open payment with the method and terms chosen now, and with time and checks as for a new one.

        Why an earlier try failed is no longer its reason, unless the provider never accepted the price.
        """
        if not self.is_payable:
            return self
        expires_at = max(self.expires_at, at + expires_after)
        chosen = self.terms.renewed(terms) if terms else self.terms
        reason = "" if self.prepared else self.reason
        fresh = attrs.evolve(self, expires_at=expires_at, reason=reason, checks=0, failures=0)
        renewed = attrs.evolve(fresh, method=method, terms=chosen)
        soonest = min(due for due in (self.due_at, renewed.next_check(at)) if due)
        return renewed.scheduled(soonest)

    def scheduled(self, due_at: datetime | None) -> Self:
        return self if due_at == self.due_at else attrs.evolve(self, due_at=due_at)

    def checked_at(self, now: datetime) -> Self:
        """Return the payment after one more complete check without news, due for the next one."""
        checked = attrs.evolve(self, checks=self.checks + 1, failures=0)
        return attrs.evolve(checked, due_at=checked.next_check(now))

    def check_failed_at(self, now: datetime, *, outage: bool) -> Self:
        """Return the payment due again after a check that failed.

        In an outage the waits stay short, because it ends by itself. What cannot be read backs off to a week.
        """
        longest = {"at_most": LONGEST_OUTAGE_WAIT} if outage else {}
        due_at = now + wait_after(self.failures, **longest)
        return attrs.evolve(self, failures=self.failures + 1, due_at=due_at)
