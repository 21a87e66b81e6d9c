"""apply_reports: the only way in which knowledge of money enters. A pure function of a payment and a reading.

Each report is joined with what is known of its attempt. What it adds is decided as a tuple of changes, one event each,
and then applied. A reading without news returns the very same payment.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import attrs

from payments.domain.attempt import REFUNDABLE_BY_POLICY, Attempt, Disposition
from payments.domain.errors import ContractViolation
from payments.domain.event import Event, EventKind, Reason
from payments.domain.machine import Status, Trigger
from payments.domain.outside.questions import question, questioned
from payments.domain.payment import Change, Payment
from payments.domain.refund import Refund, attribute
from payments.domain.refunding import OVERTAKEN, accepted, failed, refusal, stray_refund
from payments.domain.report import Outcome, Rank, Report
from payments.domain.values import RefundId

MAX_MONEYLESS_ATTEMPTS: Final = 50
"""Attempts without money or deposit that are kept of one payment: a buyer may open windows without end."""


@attrs.frozen(kw_only=True)
class Reading:
    """What one look at the provider said: its reports, when it was read, and who asked (a Source or `role:name`).

    `unreadable` describes rows that no report could be made of. `new_refund_id` names the refund of a stray; None holds
    strays for the operator.
    """

    reports: tuple[Report, ...]
    at: datetime
    by: str
    unreadable: str = ""
    is_complete_look: bool = False
    new_refund_id: Callable[[], RefundId] | None = None


def apply_reports(
    payment: Payment, reading: Reading, contradicts: Callable[[Report, ContractViolation], None] | None = None
) -> Payment:
    """Return what *reading* makes of the payment.

    A report that contradicts an earlier one changes nothing and must not hide the others: it goes to *contradicts*, or
    raises ContractViolation where nobody asks for it.
    """
    for report in sorted(reading.reports, key=lambda report: report.gateway_id):
        try:
            payment = apply_report(payment, report, reading)
        except ContractViolation as error:
            if contradicts is None:
                raise
            contradicts(report, error)
    if reading.is_complete_look or reading.unreadable:
        payment = payment.with_unreadable(reading.unreadable, reading.at, reading.by)
    return payment


def apply_report(payment: Payment, report: Report, reading: Reading) -> Payment:
    """Return what one report makes of the payment. Raises ContractViolation."""
    known = payment.attempt(report.gateway_id)
    joined = known.report.joined(report) if known else report
    if known and joined == known.report:
        return payment
    if known and not joined.tells_more_than(known.report):
        return _kept_quietly(payment, known, joined)
    if known is None and not is_worth_keeping(payment, joined):
        return payment
    return payment.apply(_Decision(payment, known, joined, reading).changes())


def disposition_of(payment: Payment, report: Report) -> Disposition:
    """Decide what a new capture is: only an exact one, of a payment that is still open, is accepted."""
    if report.mode is not payment.mode:
        return Disposition.WRONG_MODE
    if (payment.merchant_id, payment.price) != (report.merchant_id, report.amount):
        return Disposition.MISMATCH
    if payment.accepted or (payment.status is Status.CANCELLED and payment.reason == Reason.OTHER_BUYER):
        return Disposition.DUPLICATE
    return Disposition.LATE if payment.status is Status.CANCELLED else Disposition.ACCEPTED


def is_worth_keeping(payment: Payment, report: Report) -> bool:
    """Return whether a new attempt is kept: always if it has money or a deposit, otherwise only the first ones."""
    if report.is_capture or report.deposit:
        return True
    return sum(not (a.report.is_capture or a.report.deposit) for a in payment.attempts) < MAX_MONEYLESS_ATTEMPTS


def _kept_quietly(payment: Payment, known: Attempt, joined: Report) -> Payment:
    """Keep fields such as a receipt link that differ, without an event. A decline's words follow the higher report."""
    attempts = payment.with_attempt(attrs.evolve(known, report=joined))
    is_its_decline = joined.rank is Rank.DECLINED and payment.reason == _decline_reason(known.report)
    reason = _decline_reason(joined) if is_its_decline else payment.reason
    return attrs.evolve(payment, attempts=attempts, reason=reason)


def _decline_reason(report: Report) -> str:
    return report.reason or Reason.DECLINED


@attrs.frozen
class _Decision:
    """The changes that one report makes: of its attempt, of the refunds it shows, and the refund of a new stray."""

    payment: Payment
    known: Attempt | None
    report: Report
    reading: Reading

    def changes(self) -> tuple[Change, ...]:
        """Return them in order: the attempt, its refunds, questions, refunds that no longer fit, a stray's refund."""
        found = self._found()
        asked = questioned(self.payment, self.report, found) if found else []
        attempt = self._attempt(sum(record.amount for record in asked))
        refunded = tuple(self._refunded(attempt, found))
        questions = tuple(question(record, self.reading.at) for record in asked)
        waiting = tuple(attrs.evolve(change, attempt=attempt) for change in self._waiting())
        moved = () if self._only_refunds_grew or waiting else (self._attempt_change(attempt),)
        decided = (*refunded, *questions, *self._overtaken(refunded))
        return (*moved, *waiting, *decided, *self._stray_refund(attempt, refunded))

    def _waiting(self) -> Iterator[Change]:
        """Yield what the history says of our open refunds that the provider works on by itself."""
        if not (self.known and self.known.report.is_capture):
            return
        for refund in self._open_of_this():
            mine = [one for one in self.report.refunds if refund.recognises(one)]
            requested = next((one for one in mine if one.outcome is Outcome.REQUESTED), None)
            failures = sum(one.outcome is Outcome.FAILED for one in mine)
            if requested and refund.accepted_at is None:
                yield accepted(refund, requested, self.reading.at)
            elif failures > (0 if refund.accepted_at else refund.refusals) and not requested:
                yield failed(refund, self.reading.at)

    @property
    def _only_refunds_grew(self) -> bool:
        return self.known is not None and self.known.report.is_capture and self._growth > 0

    @property
    def _growth(self) -> int:
        return self.report.refunded - (self.known.report.refunded if self.known else 0)

    @property
    def _is_new_capture(self) -> bool:
        return self.report.is_capture and not (self.known and self.known.report.is_capture)

    def _attempt(self, in_question: int) -> Attempt:
        attempt = self.known or Attempt(report=self.report)
        attempt = attrs.evolve(attempt, report=self.report, outside=attempt.outside - in_question)
        if self._is_new_capture:
            return attrs.evolve(attempt, disposition=disposition_of(self.payment, self.report))
        return attempt

    def _attempt_change(self, attempt: Attempt) -> Change:
        if self._is_new_capture:
            return self._capture_change(attempt)
        if self.report.rank is Rank.DECLINED and not (self.known and self.known.report.rank is Rank.DECLINED):
            return self._decline_change(attempt)
        return Change(event=self._event(self._moneyless_kind()), attempt=attempt)

    def _decline_change(self, attempt: Attempt) -> Change:
        """The latest decline is the payment's reason, also while another try keeps it from failing."""
        why, ours = _decline_reason(self.report), self._is_our_money(self.report)
        tells_why = ours and self.payment.is_payable and not self.payment.id_used_up
        return Change(
            event=self._event(EventKind.DECLINED, reason=why),
            trigger=Trigger.DECLINED if ours and self._nothing_else_is_open() else None,
            attempt=attempt,
            reason=why if tells_why else None,
        )

    def _capture_change(self, attempt: Attempt) -> Change:
        if attempt.disposition is Disposition.ACCEPTED:
            return Change(event=self._event(EventKind.CAPTURED), trigger=Trigger.CAPTURED, attempt=attempt)
        event = self._event(EventKind.STRAYED, reason=str(attempt.disposition))
        if attempt.disposition is Disposition.MISMATCH and self.payment.is_payable:
            return Change(event=event, trigger=Trigger.DECLINED, attempt=attempt, reason=Reason.AMOUNT_MISMATCH)
        return Change(event=event, attempt=attempt)

    def _is_our_money(self, report: Report) -> bool:
        """Whether the attempt is in the payment's mode: what test money does says nothing about a live payment."""
        return report.mode is self.payment.mode

    def _nothing_else_is_open(self) -> bool:
        """Whether every attempt is declined: those known here, and those beside it in the same answer."""
        answered = {report.gateway_id: report for report in self.reading.reports}
        known = {attempt.gateway_id: attempt.report for attempt in self.payment.attempts}
        latest = [max(r, known.get(r.gateway_id, r), key=lambda x: x.rank) for r in (known | answered).values()]
        others = [r for r in latest if r.gateway_id != self.report.gateway_id and self._is_our_money(r)]
        return not self.reading.unreadable and all(r.rank is Rank.DECLINED for r in others)

    def _moneyless_kind(self) -> EventKind:
        if self.report.deposit and not (self.known and self.known.report.deposit):
            return EventKind.DEPOSIT_ISSUED
        return EventKind.ATTEMPT_UPDATED if self.known else EventKind.ATTEMPT_OPENED

    def _found(self) -> list[Refund]:
        """Return the refunds that the growth of the refunded amount consists of."""
        if self._growth <= 0:
            return []
        refunds, at = self.payment.refunds, self.reading.at
        return attribute(refunds, self.report.gateway_id, self.report.done, self._growth, at)

    def _refunded(self, attempt: Attempt, found: list[Refund]) -> Iterator[Change]:
        """Yield one change for each refund that was found."""
        for refund in found:
            told = self._event(EventKind.REFUNDED, reason=refund.reason or Reason.REFUNDED)
            event = attrs.evolve(told, refund_id=refund.id, amount=refund.amount)
            last = attempt.left == 0 and refund is found[-1]
            in_full = last and attempt.disposition is Disposition.ACCEPTED
            trigger, reason = (Trigger.REFUNDED, Reason.REFUNDED) if in_full else (None, None)
            yield Change(event=event, trigger=trigger, attempt=attempt, refund=refund, reason=reason)

    def _overtaken(self, refunded: tuple[Change, ...]) -> Iterator[Change]:
        """Yield the refusal of an open refund that no longer fits: the provider can never execute it now."""
        done = {change.refund.id for change in refunded if change.refund}
        for refund in self.payment.open_refunds:
            mine = refund.gateway_id == self.report.gateway_id and refund.id not in done
            if mine and refund.amount > self.report.remaining:
                yield refusal(refund, self.reading.at, OVERTAKEN)

    def _stray_refund(self, attempt: Attempt, refunded: tuple[Change, ...]) -> Iterator[Change]:
        """Yield the refund of a stray that is new, or of the rest where another refund took a part of it."""
        if not (self._is_new_capture or refunded) or self.reading.new_refund_id is None:
            return
        if attempt.disposition not in REFUNDABLE_BY_POLICY or not attempt.is_open_stray:
            return
        if any(r.was_outside and r.gateway_id == attempt.gateway_id for r in self.payment.refunds):
            return  # an operator sees to this one
        closed = {c.refund.id for c in (*refunded, *self._overtaken(refunded)) if c.refund}
        still_open = [r for r in self._open_of_this() if r.id not in closed]
        if not still_open:
            yield stray_refund(self.payment, attempt, self.reading.new_refund_id(), self.reading.at)

    def _open_of_this(self) -> list[Refund]:
        return [r for r in self.payment.open_refunds if r.gateway_id == self.report.gateway_id]

    def _event(self, kind: EventKind, reason: str = "") -> Event:
        at, by, gateway_id = self.reading.at, self.reading.by, self.report.gateway_id
        return Event(kind=kind, at=at, by=by, gateway_id=gateway_id, amount=self.report.amount.minor, reason=reason)
