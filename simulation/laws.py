"""Laws: what must hold after every step, checked against the provider's own truth.

The numbers are those of the list "What must hold". Each write is checked when it happens; what the provider executes is
checked when it executes it. Nothing here uses the rules of the domain: it says them again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from payments.domain.attempt import Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId
from simulation.provider import Row
from simulation.scheduler import NOON

if TYPE_CHECKING:
    from simulation.world import World

MOVES: Final = {
    Status.AWAITING: {Status.AWAITING, Status.PAID, Status.FAILED, Status.CANCELLED},
    Status.FAILED: {Status.FAILED, Status.PAID, Status.CANCELLED},
    Status.PAID: {Status.PAID, Status.CANCELLED},
    Status.CANCELLED: {Status.CANCELLED},
}


@attrs.frozen
class Violation:
    """A law that was broken, and how."""

    law: str
    sentence: str


class Laws:
    """Watches every write and every call. `payments`, `timelines` and `orphans` are what was ever stored."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.violations: list[Violation] = []
        self.payments: dict[MerchantId, Payment] = {}
        self.timelines: dict[MerchantId, list[Event]] = {}
        self.orphans: dict[GatewayId, Orphan] = {}
        self.owners: dict[GatewayId, MerchantId] = {}
        self.messages: dict[str, tuple[str, str]] = {}
        """Message ids of every stored event: what must be told."""
        self.told_ids: dict[str, None] = {}
        self.refund_owner: dict[str, MerchantId] = {}
        self.reconciled_until: datetime | None = None
        self.made_due: dict[MerchantId, int] = {}
        """When each payment was last made due at once."""
        self.provider_ids: dict[str, str] = {}
        """The provider's ids of refunds, and our ids for them."""
        self.closable: dict[MerchantId, str] = {}
        """Payments that a person asked to close, or whose order was begun again."""
        self._leases: dict[MerchantId, datetime] = {}

    def broken(self, law: str, sentence: str) -> None:
        self.violations.append(Violation(law, sentence))

    # what is written

    def wrote(self, before: Payment | None, after: Payment, events: Sequence[Event]) -> None:
        """Check one committed write of a payment."""
        merchant_id = after.merchant_id
        if before is None and merchant_id in self.payments:
            self.broken("5 ids belong to one payment", f"{merchant_id} was given to two payments")
        known = self.payments.get(merchant_id)
        if before is not None and known is not None and known.version > before.version:
            self.broken("7 knowledge never goes back", f"{merchant_id}: a write was lost")
        self.payments[merchant_id] = after
        now = self._world.scheduler.now
        if after.due_at and after.due_at <= self._world.scheduler.time() + timedelta(milliseconds=self._world.faults.skew):
            self.made_due[merchant_id] = now
        self._check_events(known, after, events)
        self._check_attempts(known, after)
        self._check_refunds(known, after)
        self._check_paid(after)
        for event in events:
            self._check_event(known, after, event)
            self._world.noticed(before, after, event)

    def _check_events(self, known: Payment | None, after: Payment, events: Sequence[Event]) -> None:
        version = known.version if known else 0
        timeline = self.timelines.setdefault(after.merchant_id, [])
        timeline.extend(events)
        if [e.version for e in events] != list(range(version + 1, after.version + 1)):
            self.broken("2 one event per change", f"{after.merchant_id}: {version} → {after.version}, {len(events)} events")
        status = known.status if known else Status.AWAITING
        for event in events:
            if event.status not in MOVES[status]:
                self.broken("3 only the moves of the table", f"{after.merchant_id}: {status} → {event.status}")
            status = event.status
            self.messages[f"{after.merchant_id}_{event.version}"] = (after.merchant_id, event.kind)
        if status is not after.status:
            self.broken("2 one event per change", f"{after.merchant_id} is {after.status}, told {status}")

    def _check_attempts(self, known: Payment | None, after: Payment) -> None:
        before = {a.gateway_id: a for a in known.attempts} if known else {}
        for attempt in after.attempts:
            known_attempt = before.pop(attempt.gateway_id, None)
            if known_attempt is attempt:
                continue
            report = attempt.report
            row = self._world.provider.rows.get(attempt.gateway_id)
            owner = self.owners.setdefault(attempt.gateway_id, after.merchant_id)
            if owner != after.merchant_id:
                self.broken("5 ids belong to one payment", f"{attempt.gateway_id} at {owner} and {after.merchant_id}")
            if row is None or (row.rank, row.refunded) < (report.rank, report.refunded):
                self.broken("1 what is known is true", f"{attempt.gateway_id}: {report.rank.name} was never so")
            elif row.merchant_id != after.merchant_id:
                self.broken("5 ids belong to one payment", f"{attempt.gateway_id} is at {row.merchant_id}")
            if known_attempt and (report.rank, report.refunded) < (
                known_attempt.report.rank,
                known_attempt.report.refunded,
            ):
                self.broken("7 knowledge never goes back", f"{attempt.gateway_id}: {known_attempt.report.rank.name}")
            if known_attempt and known_attempt.disposition not in (None, attempt.disposition):
                self.broken("7 knowledge never goes back", f"{attempt.gateway_id} was {known_attempt.disposition}")
        if before:
            self.broken("7 knowledge never goes back", f"{after.merchant_id} lost {len(before)} attempts")

    def _check_refunds(self, known: Payment | None, after: Payment) -> None:
        if known and known.refunds is after.refunds and known.attempts is after.attempts:
            return
        if known and len(known.refunds) > len(after.refunds):
            self.broken("7 knowledge never goes back", f"{after.merchant_id} lost a refund")
        for attempt in after.attempts:
            report = attempt.report
            mine = [r for r in after.refunds if r.gateway_id == attempt.gateway_id]
            done = sum(r.amount for r in mine if r.status is RefundStatus.DONE)
            pending = sum(r.amount for r in mine if r.is_open)
            if done + pending > (report.amount.minor if report.is_capture else 0) or done != report.refunded:
                self.broken(
                    "4 refunds fit the capture",
                    f"{attempt.gateway_id}: {done} done, {pending} open, {report.refunded} of {report.amount.minor}",
                )
        for refund in after.refunds:
            self._check_refund(refund, after)

    def _check_refund(self, refund: Refund, after: Payment) -> None:
        owner = self.refund_owner.setdefault(refund.id, after.merchant_id)
        if owner != after.merchant_id:
            self.broken("5 ids belong to one payment", f"refund {refund.id} at two payments")
        if refund.status is RefundStatus.REFUSED and self._world.provider.executed.get(refund.id):
            self.broken("12 a refusal is final", f"{refund.id} was executed, and is told refused")
        if refund.provider_id:
            ours = self.provider_ids.setdefault(refund.provider_id, refund.id)
            if ours != refund.id:
                self.broken("5 ids belong to one payment", f"{refund.provider_id} is both {ours} and {refund.id}")
        self._check_done(refund)
        attempt = after.attempt(refund.gateway_id)
        if refund.by == "policy" and attempt and attempt.disposition in HANDS_OFF:
            self.broken("14 hands off", f"{refund.id} refunds a capture that is {attempt.disposition}")

    def _check_done(self, refund: Refund) -> None:
        """Where the provider tells its whole history, a refund is done only if it was executed."""
        is_ours = refund.by != "external"
        executed = self._world.provider.executed
        tells_all = self._world.plan.guesses.history == "full"
        row = self._world.provider.rows.get(refund.gateway_id)
        nameless = row is not None and any(not reported.reason for reported in row.refunds)  # may be taken for ours
        if is_ours and refund.status is RefundStatus.DONE and tells_all and not nameless:
            if not executed.get(refund.id):
                self.broken("12 what is told is true", f"{refund.id} is told done, and was never executed")

    def _check_paid(self, after: Payment) -> None:
        accepted = [a for a in after.attempts if a.disposition is Disposition.ACCEPTED]
        if len(accepted) > 1:
            self.broken("17 one accepted capture", after.merchant_id)
        if (after.status is Status.PAID) is not bool(accepted and accepted[0].report.remaining):
            self.broken("1 paid means captured", f"{after.merchant_id} is {after.status}, {len(accepted)} accepted")
        for attempt in accepted:
            row = self._world.provider.rows[attempt.gateway_id]
            exact = (row.merchant_id, row.amount, row.mode) == (after.merchant_id, after.price, after.mode)
            if row.rank < Rank.CAPTURED or not exact:
                self.broken("1 paid means captured", f"{attempt.gateway_id} does not pay for {after.merchant_id}")

    def _check_event(self, known: Payment | None, after: Payment, event: Event) -> None:
        if event.kind is EventKind.CLOSED:
            self._check_closed(known or after, event)
        if event.kind is EventKind.DECLINED:
            row = self._world.provider.rows.get(event.gateway_id or GatewayId(""))
            if row is None or not (row.declined_before or row.rank is Rank.DECLINED):
                self.broken("11 only the provider's word counts", f"{event.gateway_id} was never declined")

    def _check_closed(self, before: Payment, event: Event) -> None:
        if event.by != "clock":
            if before.merchant_id not in self.closable:
                self.broken("11 only the provider's word counts", f"nobody asked to close {before.merchant_id}")
            return
        current = self._world.scheduler.current
        if current is None or not current.looked.get(before.merchant_id):
            self.broken("11 the clock alone closes nothing", f"{before.merchant_id} expired without a complete look")
        latest = self._world.scheduler.time() + timedelta(milliseconds=self._world.faults.skew)
        if latest < before.expires_at:
            self.broken("11 the clock alone closes nothing", f"{before.merchant_id} expired before its time")

    def wrote_orphan(self, orphan: Orphan, events: Iterable[Event]) -> None:
        row = self._world.provider.rows.get(orphan.gateway_id)
        self.orphans[orphan.gateway_id] = orphan
        if row is None or row.owner != "orphaned":
            self.broken("14 hands off", f"{orphan.gateway_id} is booked as an orphan, and is {row and row.owner}")
        elif any(beside.waits for beside in self._world.provider.by_merchant_id[row.merchant_id]):
            self._world.marks.hit("orphan beside a waiting account")
        for event in events:
            self.messages[f"orphan_{orphan.gateway_id}_{event.version}"] = (orphan.gateway_id, event.kind)

    def mark_moved(self, to: datetime) -> None:
        """Check that everything before the mark is known; the first mark is set without a look."""
        before = self.reconciled_until
        self.reconciled_until = max(before or to, to)
        if before is None or to <= before or self._world.counts["alarm", "list-keeps-changing"]:
            return
        start, end = (int((time - NOON) / timedelta(milliseconds=1)) for time in (before, to))
        for row in self._world.provider.rows.values():
            if start <= row.listed_at <= end and row.rank >= Rank.CAPTURED and not row.unreadable:
                self._check_reconciled(row)

    def _check_reconciled(self, row: Row) -> None:
        payment = self.payments.get(row.merchant_id)
        attempt = payment.attempt(row.gateway_id) if payment else self.orphans.get(row.gateway_id)
        listed = next(version for version in row.versions if version[1] == row.listed_at)[2]
        if row.owner == "foreign" or (attempt and attempt.report.refunded >= listed.refunded):
            return
        if not row.trouble:
            self.broken("15 what lies before the mark is known", f"{row.gateway_id} of {row.merchant_id} is not")

    # leases

    def claimed(self, merchant_ids: Iterable[MerchantId], now: datetime, until: datetime) -> None:
        for merchant_id in merchant_ids:
            held = self._leases.get(merchant_id)
            if held and now < held:
                self.broken("13 one worker at a time", f"{merchant_id} was claimed under another's lease")
            if held:
                self._world.marks.hit("lease taken over")
            self._leases[merchant_id] = until

    def renewed(self, merchant_id: MerchantId, to: datetime) -> None:
        self._leases[merchant_id] = to

    def released(self, merchant_id: MerchantId, until: datetime) -> None:
        if self._leases.get(merchant_id) == until:
            del self._leases[merchant_id]

    # what is sent

    def about_to_prepare(self, merchant_id: MerchantId, price: Money) -> None:
        payment = self.payments.get(merchant_id)
        if payment is None or payment.price != price:
            self.broken("10 nothing is sent without a row", f"prepared {merchant_id}")

    def about_to_touch(self, gateway_id: GatewayId) -> None:
        row = self._world.provider.rows.get(gateway_id)
        if row is None or row.owner != "ours" or row.merchant_id not in self.payments:
            self.broken("14 hands off", f"{gateway_id} is not ours to touch")

    def about_to_send(self, refund: Refund, skew: int) -> None:
        """Check a cancel that leaves now: there is a committed row that says so, and no other one is on its way."""
        self.about_to_touch(refund.gateway_id)
        payment = self.payments.get(self.refund_owner.get(refund.id, MerchantId("")))
        stored = next((r for r in payment.refunds if r.id == refund.id), None) if payment else None
        now = self._world.scheduler.time() + timedelta(milliseconds=skew)
        if stored is None or (stored.gateway_id, stored.amount) != (refund.gateway_id, refund.amount):
            self.broken("10 nothing is sent without a row", f"{refund.id} has no row")
        elif stored.sends < 1 or stored.sending_until is None or stored.sending_until <= now:
            self.broken("10 nothing is sent without a row", f"{refund.id}: no row says that it is being sent")
        if self._world.in_flight.get(refund.id):
            self.broken("13 one send in flight", f"{refund.id} is sent while it may be at work")
        row = self._world.provider.rows.get(refund.gateway_id)
        if row and payment and row.mode is not payment.mode:
            self.broken("14 hands off", f"{refund.id} refunds play money in a live shop, or the other way round")

    def arrives(self, refund: Refund) -> None:
        """Check a cancel that reaches the provider."""
        if self._world.in_flight.get(refund.id, 0) > 1:
            self.broken("13 one send in flight", f"{refund.id} arrives while it is at work")

    def told(self, message: Message) -> None:
        if message.id not in self.messages:
            self.broken("2 one event per change", f"{message.id} was told, and is not stored")
        self.told_ids[message.id] = None

    # what the provider did

    def moved(self, row: Row) -> None:
        """Check what the provider has just done."""
        if not row.refunds:
            return
        label = row.refunds[-1].reason
        if not label.startswith("["):
            return
        refund_id = label[1:].split("]")[0]
        if len(self._world.provider.executed.get(refund_id, [])) > 1:
            self.broken("6 no refund is executed twice", f"{refund_id} was executed twice")
        payment = self.payments.get(self.refund_owner.get(refund_id, MerchantId("")))
        refund = next((r for r in payment.refunds if r.id == refund_id), None) if payment else None
        if refund and refund.status is RefundStatus.REFUSED:
            self.broken("12 a refusal is final", f"{refund_id} was told refused, and is executed")


HANDS_OFF: Final = frozenset({Disposition.ACCEPTED, Disposition.WRONG_MODE, Disposition.ORPHAN})
"""Captures that no rule may refund: only a person."""
