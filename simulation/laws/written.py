"""The laws of what is written: each committed write of a payment is checked when it happens.

Nothing here uses the rules of the domain: it says them again, and asks the provider's own truth.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from payments.domain.attempt import Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.report import Rank
from payments.domain.values import GatewayId
from simulation.laws.known import Known
from simulation.rows import PORTONE, Row

MOVES: Final = {
    Status.AWAITING: {Status.AWAITING, Status.PAID, Status.FAILED, Status.CANCELLED},
    Status.FAILED: {Status.FAILED, Status.PAID, Status.CANCELLED},
    Status.PAID: {Status.PAID, Status.CANCELLED},
    Status.CANCELLED: {Status.CANCELLED},
}


WORDS: Final = ("F", "PG_PROVIDER", "CANCELLABLE_AMOUNT", "OTHER_CAPTURE", "the provider accepted")
"""How the reason of a refusal begins: in the words of either provider, or of what became of an accepted refund."""

HANDS_OFF: Final = frozenset({Disposition.ACCEPTED, Disposition.WRONG_MODE, Disposition.ORPHAN})
"""Captures that no rule may refund: only a person."""


class WrittenLaws(Known):
    """What must hold of each write."""

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
        if after.due_at and after.due_at <= self._world.scheduler.time() + timedelta(
            milliseconds=self._world.faults.skew
        ):
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
            self.broken(
                "2 one event per change", f"{after.merchant_id}: {version} → {after.version}, {len(events)} events"
            )
        status = known.status if known else Status.AWAITING
        for event in events:
            if event.status not in MOVES[status]:
                self.broken("3 only the moves of the table", f"{after.merchant_id}: {status} → {event.status}")
            status = event.status
            self.messages[f"{after.merchant_id} {event.version}"] = (after.merchant_id, event.kind)
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
            outside = sum(r.amount for r in mine if r.status is RefundStatus.OUTSIDE)
            if outside != attempt.outside:
                self.broken(
                    "4 refunds fit the capture", f"{attempt.gateway_id}: {attempt.outside} outside, not {outside}"
                )
            gone = done + outside + pending
            if gone > (report.amount.minor if report.is_capture else 0) or done != report.refunded:
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
        if refund.status is RefundStatus.REFUSED and self._executed(refund):
            self.broken("12 a refusal is final", f"{refund.id} was executed, and is told refused")
        if refund.by.startswith("shop:") and not refund.was_outside and refund.id not in self._world.asked_refunds:
            self.broken("6 no refund is executed twice", f"nobody asked for {refund.id}")
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
        if refund.by == "external" or refund.status is not RefundStatus.DONE or self._executed(refund):
            return
        row = self._world.provider.rows.get(refund.gateway_id)
        nameless = row is not None and any(not reported.reason for reported in row.refunds)  # may be taken for ours
        tells_all = self._world.plan.guesses.history == "full" or (row is not None and row.provider == PORTONE)
        if tells_all and not nameless:
            self.broken("12 what is told is true", f"{refund.id} is told done, and was never executed")

    def _executed(self, refund: Refund) -> bool:
        return bool(self._world.provider.executed.get(refund.id))

    def _check_paid(self, after: Payment) -> None:
        accepted = [a for a in after.attempts if a.disposition is Disposition.ACCEPTED]
        if len(accepted) > 1:
            self.broken("17 one accepted capture", after.merchant_id)
        holds = bool(accepted and accepted[0].left)
        reopened = any(r.status in (RefundStatus.QUESTIONED, RefundStatus.MERGED) for r in after.refunds)
        if (after.status is Status.PAID) is not holds and not (holds and reopened):
            self.broken("1 paid means captured", f"{after.merchant_id} is {after.status}, {len(accepted)} accepted")
        for attempt in accepted:
            row = self._world.provider.rows[attempt.gateway_id]
            exact = (row.merchant_id, row.amount, row.mode) == (after.merchant_id, after.price, after.mode)
            if row.rank < Rank.CAPTURED or not exact:
                self.broken("1 paid means captured", f"{attempt.gateway_id} does not pay for {after.merchant_id}")

    def _check_event(self, known: Payment | None, after: Payment, event: Event) -> None:
        if event.kind is EventKind.CLOSED:
            self._check_closed(known or after, event)
        if event.kind is EventKind.REFUND_REFUSED:
            self._check_refused(after, event)
        if event.kind is EventKind.DECLINED:
            row = self._world.provider.rows.get(event.gateway_id or GatewayId(""))
            if row is None or not any(report.rank is Rank.DECLINED for *_, report in row.versions):
                self.broken("11 only the provider's word counts", f"{event.gateway_id} was never declined")

    def _check_refused(self, after: Payment, event: Event) -> None:
        """A refund that still fits is refused only in the provider's words, and not for a changed remainder alone."""
        refund = next(r for r in after.refunds if r.id == event.refund_id)
        row = self._world.provider.rows[refund.gateway_id]
        if refund.amount > row.remaining or event.reason.startswith("replaced"):
            return
        if any(r.was_outside and r.gateway_id == refund.gateway_id for r in after.refunds):
            return  # it waits for what an operator decides
        if not event.reason.startswith(WORDS) or ("OTHER_CAPTURE" in event.reason and not self._is_beside(row)):
            self.broken("12 what is told is true", f"{refund.id} fits, and is refused: {event.reason}")
        may_differ = self._world.plan.faults.lag or row.waiting
        if "checksum" in event.reason and not may_differ:
            self.broken("12 what is told is true", f"{refund.id} fits, and is refused for its checksum")

    def _is_beside(self, row: Row) -> bool:
        """Return whether another attempt of the same payment took money, too."""
        beside = self._world.provider.by_merchant_id[row.merchant_id]
        return any(other.rank >= Rank.CAPTURED for other in beside if other is not row)

    def _begun_anew(self, payment: Payment) -> str | None:
        """Return why a begin that is on its way may close the payment, which may be younger than that begin."""
        moves = len(self._world.plan.providers) > 1
        for buyer, order, price in self.beginning:
            is_its_order = (buyer, order) == (payment.buyer, payment.order)
            if is_its_order and (payment.price != price or payment.id_used_up or moves):
                return self.closable.setdefault(payment.merchant_id, "begun anew")
        return None

    def _check_closed(self, before: Payment, event: Event) -> None:
        current = self._world.scheduler.current
        if event.by != "clock":
            asked = self.closable.get(before.merchant_id) or self._begun_anew(before)
            if asked is None:
                self.broken("11 only the provider's word counts", f"nobody asked to close {before.merchant_id}")
            elif asked != "forced" and not (current and current.looked.get(before.merchant_id)):
                self.broken("11 nothing is closed without a look", f"{before.merchant_id} is, by {event.by}")
            return
        if current is None or not current.looked.get(before.merchant_id):
            self.broken("11 the clock alone closes nothing", f"{before.merchant_id} expired without a complete look")
        latest = self._world.scheduler.time() + timedelta(milliseconds=self._world.faults.skew)
        if latest < before.expires_at:
            self.broken("11 the clock alone closes nothing", f"{before.merchant_id} expired before its time")
