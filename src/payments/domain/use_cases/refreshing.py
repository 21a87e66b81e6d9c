"""Refresher: asks the provider what is true of a payment, and records the answer. Every other use case relies on it.

What a browser, a webhook or an operator says only names a payment to refresh; only the provider's answer is recorded.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.domain.errors import ContractViolation, GatewayIdTaken, PaymentNotFound, Rejected
from payments.domain.event import Source
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.ports import (
    Alarm,
    AlarmKind,
    Alarms,
    Clock,
    Gateways,
    MerchantIdPolicy,
    Orphans,
    PaymentRepository,
)
from payments.domain.recording import Reading, apply_reports
from payments.domain.refund import RefundStatus
from payments.domain.report import Regression, Report
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Mode

LONGEST_TEXT: Final = 1000
UNFINISHED: Final = "Unfinished refund "
"""How a line about a refund that the provider accepted long ago begins."""


@attrs.frozen
class Refreshed:
    """A payment after a look at the provider. A look is complete unless some row of the answer could not be read."""

    payment: Payment
    complete: bool


@attrs.frozen(kw_only=True)
class Refresher:
    """Looks and records. With `hold_strays` a stray is never refunded before an operator decides."""

    payments: PaymentRepository
    orphans: Orphans
    gateways: Gateways
    ids: MerchantIdPolicy
    clock: Clock
    alarms: Alarms
    mode: Mode
    hold_strays: bool = False

    async def refresh(self, payment: Payment, by: str) -> Refreshed:
        """Ask the payment's provider for all attempts at it, and record them in one transaction.

        Raises PaymentNotFound or GatewayError.
        """
        merchant_id = payment.merchant_id
        answer = await self.gateways.of(payment.provider).attempts(merchant_id)
        mine = tuple(report for report in answer.reports if report.merchant_id == merchant_id)
        others = [
            f"attempt {r.gateway_id} is at another payment" for r in answer.reports if r.merchant_id != merchant_id
        ]
        unreadable = "; ".join([*answer.unreadable, *others])
        return await self._recorded(merchant_id, mine, by, unreadable, is_complete_look=True)

    async def refresh_attempt(
        self,
        gateway_id: GatewayId,
        by: str,
        merchant_id: MerchantId | None = None,
        provider: str = DEFAULT_PROVIDER,
    ) -> Payment | None:
        """Follow a hint (a webhook, a return): record what the provider says of this attempt. None if it knows none.

        Raises PaymentNotFound where the attempt is at no payment of ours, or GatewayError.
        """
        report = await self.gateways.of(provider).find(gateway_id, merchant_id)
        return None if report is None else await self.record(report, by)

    async def refresh_soon(self, merchant_id: MerchantId) -> Payment:
        """Make the payment due now, for the sweep. Raises PaymentNotFound."""
        return await self.payments.update(merchant_id, lambda payment: payment.scheduled(self.clock.now()))

    async def refresh_by(self, merchant_id: MerchantId, due: datetime) -> Payment:
        """Make the payment due at *due* at the latest. Raises PaymentNotFound.

        One that is due earlier may be under a check at this moment, so its due time is moved back by the smallest step:
        that check then sees that somebody asked meanwhile, and the next one follows CHECK_PAUSE after it.
        """

        def change(payment: Payment) -> Payment:
            earlier = payment.due_at is not None and payment.due_at < due
            return payment.scheduled(payment.due_at - timedelta.resolution if payment.due_at and earlier else due)

        return await self.payments.update(merchant_id, change)

    async def record(self, report: Report, by: str) -> Payment:
        """Record one report; a capture under our prefix without a payment at this provider is an orphan.

        Raises PaymentNotFound or ContractViolation.
        """
        try:
            refreshed = await self._recorded(report.merchant_id, (report,), by)
        except PaymentNotFound:
            await self._record_orphan(report, by)
            raise
        if not refreshed.complete:
            raise ContractViolation(f"The report of attempt {report.gateway_id} contradicts what is known.")
        return refreshed.payment

    async def _recorded(
        self,
        merchant_id: MerchantId,
        reports: Sequence[Report],
        by: str,
        unreadable: str = "",
        *,
        is_complete_look: bool = False,
    ) -> Refreshed:
        reading = Reading(
            reports=tuple(reports),
            at=self.clock.now(),
            by=by,
            unreadable=unreadable[:LONGEST_TEXT],
            is_complete_look=is_complete_look,
            new_refund_id=None if self.hold_strays else self.ids.refund_id,
        )
        noticed: list[Alarm] = []

        def change(payment: Payment) -> Payment:
            noticed.clear()
            if any(report.provider != payment.provider for report in reports):
                raise PaymentNotFound  # our id, but the payment is at another provider: nothing of it pays for it
            after = apply_reports(payment, reading, lambda _, error: noticed.append(_contradiction(merchant_id, error)))
            after = after.with_alerts(*_regressions(payment, reports), *_unfinished(after, reading.at))
            noticed.extend(_alarms_about(payment, after))
            return after

        try:
            payment = await self.payments.update(merchant_id, change)
        except GatewayIdTaken as error:
            if is_complete_look:
                return await self._recorded_apart(merchant_id, reports, by, unreadable, error)
            await self.alarms.raise_alarm(_contradiction(merchant_id, error))
            return Refreshed(await self.payments.get(merchant_id), complete=False)
        for alarm in noticed:
            await self.alarms.raise_alarm(alarm)
        contradicted = any(alarm.kind is AlarmKind.CONTRACT_BROKEN for alarm in noticed)
        return Refreshed(payment, complete=not (unreadable or contradicted))

    async def _recorded_apart(
        self, merchant_id: MerchantId, reports: Sequence[Report], by: str, unreadable: str, error: GatewayIdTaken
    ) -> Refreshed:
        """Record each report of a look alone: one that belongs to another payment must not hide those beside it."""
        each = [await self._recorded(merchant_id, [report], by) for report in reports]
        refused = [
            f"attempt {r.gateway_id} cannot be recorded: {error}"
            for r, one in zip(reports, each, strict=True)
            if not one.complete
        ]
        everything = "; ".join(filter(None, [unreadable, *refused]))
        return await self._recorded(merchant_id, (), by, everything, is_complete_look=True)

    def could_be_ours(self, report: Report) -> bool:
        """Return whether an unknown capture is this installation's: its prefix, and its kind of money.

        Anybody can pay test money under an invented id, so a live shop does not book it.
        """
        return report.is_capture and report.mode is self.mode and self.ids.is_ours(report.merchant_id)

    async def _record_orphan(self, report: Report, by: str) -> None:
        """Book a capture under our prefix that no payment here explains; anything else is not ours."""
        if not self.could_be_ours(report):
            return
        now = self.clock.now()

        def change(orphan: Orphan | None) -> Orphan:
            return orphan.seen(report, now, by) if orphan else Orphan.found(report, now, by)

        await self.orphans.update(report.gateway_id, change, report.provider)

    async def revoke_deposits(self, payment: Payment) -> Payment:
        """Close the virtual accounts of a payment that may take no more money. Raises GatewayError: try again later.

        Where the provider refuses, the shop is told; a late deposit is then refunded like any other late capture.
        """
        for attempt in payment.deposits_to_revoke:
            try:
                report = await self.gateways.of(payment.provider).revoke(attempt.gateway_id, payment.merchant_id)
            except Rejected as error:
                payment = await self._left_open(payment.merchant_id, attempt.gateway_id, _words(error))
            else:
                payment = await self.record(report, Source.CANCEL)
        return payment

    async def _left_open(self, merchant_id: MerchantId, gateway_id: GatewayId, refusal: str) -> Payment:
        now = self.clock.now()
        return await self.payments.update(merchant_id, lambda p: p.with_deposit_left_open(gateway_id, now, refusal))


def _words(error: Rejected) -> str:
    return f"{error.provider_code} {error.provider_text}".strip() or str(error)


def _contradiction(merchant_id: MerchantId, error: Exception) -> Alarm:
    return Alarm(AlarmKind.CONTRACT_BROKEN, str(error), merchant_id)


def _regressions(payment: Payment, reports: Iterable[Report]) -> Iterator[Regression]:
    """Yield what the provider now reports less of than it did before: one line for each kind, whatever the attempt."""
    for report in reports:
        known = payment.attempt(report.gateway_id)
        regression = report.regression(known.report) if known else None
        if regression:
            yield regression


def _unfinished(payment: Payment, now: datetime) -> Iterator[str]:
    """Yield a line about each refund that the provider accepted long ago."""
    for refund in payment.open_refunds:
        if refund.is_unfinished(now):
            yield f"{UNFINISHED}{refund.id}: the provider accepted it and has neither executed nor refused it since."


def _alarms_about(before: Payment, after: Payment) -> list[Alarm]:
    """Return what a person must know of this change, although it was recorded as it should be."""
    alarms = []
    for line in after.alerted[len(before.alerted) :]:
        if line in set(Regression):
            sentence = f"What the provider reports of payment {before.merchant_id} is less than before: its {line}."
            alarms.append(Alarm(AlarmKind.KNOWLEDGE_WENT_BACKWARDS, sentence, before.merchant_id))
        elif line.startswith(UNFINISHED):
            alarms.append(Alarm(AlarmKind.REFUND_UNFINISHED, line, before.merchant_id))
        else:
            alarms.append(Alarm(AlarmKind.ROW_UNREADABLE, line, before.merchant_id))
    for refund in before.refunds:
        if refund.status is RefundStatus.REFUSED and after.refund(refund.id).status is RefundStatus.DONE:
            sentence = f"Refund {refund.id} was refused, and the provider executed it nevertheless."
            alarms.append(Alarm(AlarmKind.REFUND_EXECUTED_LATE, sentence, before.merchant_id))
        if refund.status is RefundStatus.OUTSIDE and after.refund(refund.id).status is RefundStatus.QUESTIONED:
            sentence = f"The provider reports a refund that may be the same money as {refund.id}. Decide which it is."
            alarms.append(Alarm(AlarmKind.REFUND_NEEDS_A_PERSON, sentence, before.merchant_id))
    return alarms
