"""Payment: one thing a buyer is asked to pay, with its attempts and refunds. Frozen: a change returns the next.

Event   one entry of a payment's timeline; the n-th change of a payment is its n-th event, without a gap
Attempt     one try at the provider: the highest report of it, and what we made of its capture
Payment     the aggregate that is stored and locked as one
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

import attrs

from payments.domain.errors import AlreadyPaid, RefundRefused
from payments.domain.machine import Status, Trigger, move
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Deposit, Rank, Report
from payments.domain.schedule import EXPIRES_AFTER, PATIENCE, next_check
from payments.domain.values import GatewayId, MerchantId, Method, Mode, Offer, RefundId, aware, text


class Disposition(StrEnum):
    """What we made of a capture. All but `accepted` are strays: money that must not stay unnoticed."""

    ACCEPTED = "accepted"
    MISMATCH = "mismatch"  # another amount, currency or mode than asked
    DUPLICATE = "duplicate"  # the payment has its capture already
    LATE = "late"  # the payment was closed before
    ORPHAN = "orphan"  # we never began such a payment


class EventKind(StrEnum):
    """What a timeline entry tells."""

    BEGUN = "begun"
    PREPARED = "prepared"
    PREPARE_REFUSED = "prepare_refused"
    ATTEMPT_OPENED = "attempt_opened"
    DEPOSIT_ISSUED = "deposit_issued"
    ATTEMPT_UPDATED = "attempt_updated"
    DECLINED = "declined"
    CAPTURED = "captured"
    STRAYED = "strayed"
    CLOSED = "closed"
    REFUND_REQUESTED = "refund_requested"
    REFUND_REBASED = "refund_rebased"
    REFUND_REFUSED = "refund_refused"
    REFUNDED = "refunded"
    STRAY_HELD = "stray_held"


@attrs.frozen(kw_only=True)
class Event:
    """One change: when, what, who or what reported it, and the status and refunded sum it left behind (minor units)."""

    kind: EventKind
    at: datetime = attrs.field(validator=aware)
    by: str = attrs.field(validator=text(1, 120))
    gateway_id: GatewayId | None = None
    refund_id: RefundId | None = None
    amount: int | None = None
    reason: str = attrs.field(default="", validator=text(0, 1000))
    version: int = 0  # this and the next are filled in when it is recorded
    status: Status = Status.AWAITING


@attrs.frozen(kw_only=True)
class Attempt:
    """One try at the provider. `note` is what an operator wrote when a stray was kept."""

    report: Report
    disposition: Disposition | None = None
    note: str = attrs.field(default="", validator=text(0, 500))

    @property
    def gateway_id(self) -> GatewayId:
        return self.report.gateway_id

    @property
    def is_stray(self) -> bool:
        return self.disposition not in (None, Disposition.ACCEPTED)

    @property
    def is_open_stray(self) -> bool:
        """Whether somebody's money lies here without a reason."""
        return self.is_stray and self.report.remaining > 0 and not self.note


@attrs.frozen(kw_only=True)
class Payment:
    """The aggregate. `version` counts its changes, and storage compares and swaps on it; `due_at` is the next look.

    `new_events` are not stored yet. `expires_at`, `due_at`, `checks` and `method` are bookkeeping: they may change
    without an event.
    """

    merchant_id: MerchantId = attrs.field(validator=text(1, 40))
    buyer: str = attrs.field(validator=text(0, 120))
    order: str = attrs.field(validator=text(0, 120))
    name: str = attrs.field(validator=text(0, 200))
    price: Money
    mode: Mode
    method: Method
    created_at: datetime = attrs.field(validator=aware)
    expires_at: datetime = attrs.field(validator=aware)
    status: Status = Status.AWAITING
    reason: str = attrs.field(default="", validator=text(0, 1000))
    prepared: bool = False
    version: int = 0
    attempts: tuple[Attempt, ...] = ()  # by gateway id
    refunds: tuple[Refund, ...] = ()  # in the order they were asked
    due_at: datetime | None = None
    checks: int = 0
    new_events: tuple[Event, ...] = attrs.field(default=(), eq=False, repr=False)

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
    ) -> Self:
        """Return a new payment, which awaits its buyer for *expires_after*."""
        born = cls(
            merchant_id=merchant_id,
            buyer=buyer,
            order=order,
            name=offer.name,
            price=offer.price,
            mode=mode,
            method=method,
            created_at=at,
            expires_at=at + expires_after,
        )
        return born.with_event(Event(kind=EventKind.BEGUN, at=at, by=by, amount=offer.price.minor))

    def with_event(self, event: Event, **changes: Any) -> Self:
        """Return the payment after *changes*, which *event* tells of; its looks begin anew."""
        successor = attrs.evolve(self, **changes, version=self.version + 1, checks=0)
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

    def closed(self, at: datetime, by: str, reason: str) -> Self:
        """Return the payment with its door closed. Raises AlreadyPaid: money taken is refunded, not cancelled."""
        if self.status is Status.PAID:
            raise AlreadyPaid("This payment is paid. Refund it instead of cancelling it.")
        return self.after(Trigger.CLOSED, Event(kind=EventKind.CLOSED, at=at, by=by, reason=reason))

    def expired(self, at: datetime) -> Self:
        """Return the payment closed, if it is still awaiting past its time; else *self*."""
        if self.status is not Status.AWAITING or at < self.expiry:
            return self
        return self.closed(at, "clock", "expired")

    def begun_again(self, method: Method, at: datetime, expires_after: timedelta = EXPIRES_AFTER) -> Self:
        """Return the open payment with the method now chosen, and with time and looks as at first: bookkeeping."""
        if not self.is_payable:
            return self
        expires_at = max(self.expires_at, at + expires_after)
        renewed = attrs.evolve(self, method=method, expires_at=expires_at, checks=0)
        soon = [due for due in (self.due_at, renewed.next_check(at)) if due]
        return renewed.scheduled(min(soon))

    def with_price_prepared(self, at: datetime) -> Self:
        """Return the payment knowing that the provider refuses any other amount for it."""
        if self.prepared:
            return self
        return self.with_event(
            Event(kind=EventKind.PREPARED, at=at, by="gateway", amount=self.price.minor), prepared=True
        )

    def prepare_refused(self, at: datetime, reason: str) -> Self:
        """Return the payment failed: the provider does not want this price."""
        event = Event(kind=EventKind.PREPARE_REFUSED, at=at, by="gateway", reason=reason[:1000])
        return self.after(Trigger.DECLINED, event)

    def scheduled(self, due_at: datetime | None) -> Self:
        return self if due_at == self.due_at else attrs.evolve(self, due_at=due_at)

    def checked_at(self, now: datetime) -> Self:
        """Return the payment after one more look that was answered, due when the next one is."""
        looked = attrs.evolve(self, checks=self.checks + 1)
        return attrs.evolve(looked, due_at=looked.next_check(now))

    def next_check(self, now: datetime) -> datetime | None:
        """Return when to look next: a paid payment rests, one that may not stay as it is never does."""
        if self.open_refunds:
            return next_check(now, min(self.checks, PATIENCE))
        if self.status is Status.AWAITING:
            return next_check(now, min(self.checks, PATIENCE), self.expiry)
        return None if self.status is Status.PAID else next_check(now, self.checks)

    @property
    def expiry(self) -> datetime:
        """When an awaiting payment is given up: later while a virtual account waits for its deposit."""
        return max([self.expires_at, *(deposit.due for deposit in self.deposits)])

    @property
    def deposits(self) -> list[Deposit]:
        """The virtual accounts that still wait for money."""
        return [a.report.deposit for a in self.waiting_deposits if a.report.deposit]

    @property
    def waiting_deposits(self) -> list[Attempt]:
        return [a for a in self.attempts if a.report.rank is Rank.READY and a.report.deposit]

    @property
    def accepted(self) -> Attempt | None:
        """The one capture that pays for this."""
        return next((a for a in self.attempts if a.disposition is Disposition.ACCEPTED), None)

    @property
    def refunded(self) -> int:
        """What went back of the accepted capture, in minor units."""
        return self.accepted.report.refunded if self.accepted else 0

    @property
    def is_payable(self) -> bool:
        """Whether an exact capture would still pay it: its door is open, and it is not paid."""
        return self.status in (Status.AWAITING, Status.FAILED)

    @property
    def id_used_up(self) -> bool:
        """Whether the provider refuses another window: it never opens one for an id that once took money."""
        return any(a.report.is_capture for a in self.attempts)

    @property
    def open_refunds(self) -> list[Refund]:
        return [refund for refund in self.refunds if refund.is_open]

    def is_being_refunded(self, gateway_id: GatewayId) -> bool:
        """Whether a refund of this capture is open: there is one at most."""
        return any(refund.gateway_id == gateway_id for refund in self.open_refunds)

    def attempt(self, gateway_id: GatewayId) -> Attempt | None:
        return next((a for a in self.attempts if a.gateway_id == gateway_id), None)

    def capture(self, gateway_id: GatewayId | None) -> Attempt:
        """Return the named capture, or the accepted one. Raises RefundRefused where no money was taken."""
        attempt = self.accepted if gateway_id is None else self.attempt(gateway_id)
        if attempt is None or not attempt.report.is_capture:
            raise RefundRefused("No money was taken by this attempt, so there is nothing to give back.")
        return attempt

    def refund(self, refund_id: RefundId) -> Refund:
        """Return the refund. Raises RefundRefused if there is none of that name."""
        for refund in self.refunds:
            if refund.id == refund_id:
                return refund
        raise RefundRefused("There is no such refund.")

    def with_attempt(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """Return the attempts with *attempt* put in its place."""
        others = [a for a in self.attempts if a.gateway_id != attempt.gateway_id]
        return tuple(sorted([*others, attempt], key=lambda a: a.gateway_id))

    def with_refunds(self, *changed: Refund) -> tuple[Refund, ...]:
        """Return the refunds with *changed* in their places, new ones at the end."""
        by_id = {refund.id: refund for refund in self.refunds} | {refund.id: refund for refund in changed}
        return tuple(by_id.values())
