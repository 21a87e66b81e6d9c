"""Planted bugs of recording: what is believed, what is compared, and what is ignored."""

from typing import Any

import attrs

from payments.domain import orphan, payment_facts, recording
from payments.domain.attempt import Disposition
from payments.domain.errors import AttemptMismatch, ContractViolation, GatewayError
from payments.domain.event import Event, EventKind, Reason, Source
from payments.domain.machine import Status, Trigger
from payments.domain.payment import Payment
from payments.domain.payment_facts import PaymentFacts
from payments.domain.ports import Attempts
from payments.domain.report import Rank, Report
from payments.domain.use_cases.checkout import Checkout, Outcome
from payments.domain.use_cases.refreshing import Refreshed, Refresher
from payments.domain.values import DEFAULT_PROVIDER
from simulation.bugs.planting import bug, replaced

_disposition_of = recording.disposition_of
_apply_report = recording.apply_report


@replaced("trust the browser", 100_002, Checkout, "complete")
async def _trusting(self: Any, caller: Any, merchant_id: Any, gateway_id: Any) -> Outcome:
    payment = await self.visible_to(caller, merchant_id)
    try:
        report = await self.gateways.of(DEFAULT_PROVIDER).find(gateway_id)
    except GatewayError:
        report = None
    said = report or Report(
        gateway_id=gateway_id, merchant_id=merchant_id, rank=Rank.CAPTURED, amount=payment.price, mode=payment.mode
    )
    return Outcome(await self.refresher.record(said, Source.COMPLETE))


@replaced("trust the browser that left", 100_000, Checkout, "abandon")
async def _left(self: Any, caller: Any, merchant_id: Any) -> Outcome:
    await self.visible_to(caller, merchant_id)
    event = Event(kind=EventKind.DECLINED, at=self.clock.now(), by=str(caller), reason="left")
    change = lambda p: p.after(Trigger.DECLINED, event) if p.is_payable else p  # noqa: E731
    return Outcome(await self.payments.update(merchant_id, change))


@replaced("trust the webhook", 100_000, Refresher, "refresh_attempt")
async def _believing(self: Any, gateway_id: Any, by: str, *_: Any) -> Payment | None:
    report = await self.gateways.of(DEFAULT_PROVIDER).find(gateway_id)
    if report is not None and not report.is_capture:
        report = attrs.evolve(report, rank=Rank.CAPTURED)
    return None if report is None else await self.record(report, by)


def _without_amount(payment: Payment, report: Report) -> Disposition:
    return _disposition_of(payment, attrs.evolve(report, amount=payment.price))


def _without_mode(payment: Payment, report: Report) -> Disposition:
    return _disposition_of(payment, attrs.evolve(report, mode=payment.mode))


def _play_money_is_a_mismatch(payment: Payment, report: Report) -> Disposition:
    found = _disposition_of(payment, report)
    return Disposition.MISMATCH if found is Disposition.WRONG_MODE else found


def _late_is_welcome(payment: Payment, report: Report) -> Disposition:
    found = _disposition_of(payment, report)
    return Disposition.ACCEPTED if found is Disposition.LATE else found


bug("no amount check", 100_000, (recording, "disposition_of", _without_amount))
bug("no mode check", 100_000, (recording, "disposition_of", _without_mode))
bug("play money is a mismatch", 100_000, (recording, "disposition_of", _play_money_is_a_mismatch))
bug("a late capture pays", 100_002, (recording, "disposition_of", _late_is_welcome))


def _ignoring(*kinds: Disposition) -> Any:
    def apply_report(payment: Payment, report: Report, reading: Any) -> Payment:
        known = payment.attempt(report.gateway_id)
        is_new = report.is_capture and not (known and known.report.is_capture)
        if is_new and _disposition_of(payment, report) in kinds:
            return payment
        return _apply_report(payment, report, reading)

    return apply_report


bug("late capture ignored", 100_002, (recording, "apply_report", _ignoring(Disposition.LATE)))
bug("duplicate capture ignored", 100_000, (recording, "apply_report", _ignoring(Disposition.DUPLICATE)))
bug("mismatched capture ignored", 100_000, (recording, "apply_report", _ignoring(Disposition.MISMATCH)))


@replaced("no id match", 100_010, Checkout, "complete")
async def _any_attempt(self: Any, caller: Any, merchant_id: Any, gateway_id: Any) -> Outcome:
    await self.visible_to(caller, merchant_id)
    report = await self.gateways.of(DEFAULT_PROVIDER).find(gateway_id)
    if report is None:
        await self.refresher.refresh_soon(merchant_id)
        raise AttemptMismatch("This attempt is not known.")
    return Outcome(await self.refresher.record(attrs.evolve(report, merchant_id=merchant_id), Source.COMPLETE))


_complete = Checkout.complete


@replaced("a mismatch in complete is not made due", 100_000, Checkout, "complete")
async def _not_due(self: Any, caller: Any, merchant_id: Any, gateway_id: Any) -> Outcome:
    payment = await self.visible_to(caller, merchant_id)
    report = await self.gateways.of(DEFAULT_PROVIDER).find(gateway_id)
    if report is None or report.merchant_id != payment.merchant_id:
        raise AttemptMismatch("This attempt is not at this payment.")
    return await _complete(self, caller, merchant_id, gateway_id)


bug("truthy status check", 100_000, (Report, "is_capture", property(lambda self: bool(self.rank))))
bug("the last report wins", 100_000, (Report, "joined", lambda _, other: other))


def _newest_alone(self: Any) -> Any:
    async def refresh(payment: Any, by: str) -> Refreshed:
        merchant_id = payment.merchant_id
        answer: Attempts = await self.gateways.of(DEFAULT_PROVIDER).attempts(merchant_id)
        mine = answer.reports[-1:]
        return await self._recorded(merchant_id, mine, by, "; ".join(answer.unreadable), is_complete_look=True)  # type: ignore[no-any-return]

    return refresh


@replaced("the newest attempt hides the others", 100_013, Refresher, "refresh")
async def _newest(self: Any, payment: Any, by: str) -> Refreshed:
    return await _newest_alone(self)(payment, by)  # type: ignore[no-any-return]


@replaced("an unreadable row hides those beside it", 100_003, Refresher, "refresh")
async def _hiding(self: Any, payment: Any, by: str) -> Refreshed:
    merchant_id = payment.merchant_id
    answer: Attempts = await self.gateways.of(DEFAULT_PROVIDER).attempts(merchant_id)
    if answer.unreadable:
        raise ContractViolation("A row cannot be read.")
    return await self._recorded(merchant_id, answer.reports, by, "", is_complete_look=True)  # type: ignore[no-any-return]


_refresh = Refresher.refresh


@replaced("an incomplete look closes", 100_003, Refresher, "refresh")
async def _complete_anyway(self: Any, payment: Any, by: str) -> Refreshed:
    return attrs.evolve(await _refresh(self, payment, by), complete=True)


bug("no grace after the expiry", 100_002, (PaymentFacts, "closes_at", lambda self, *_: self.expiry))
bug("an account stays open beside the card", 100_002, (PaymentFacts, "deposits_to_revoke", property(
    lambda self: [a for a in self.attempts if a.waits_for_deposit] if self.status is Status.CANCELLED else []
)))  # fmt: skip
bug("a paid payment is never looked at again", 100_006, (payment_facts, "PAID_CHECKS", ()))
bug("an orphan is never due", 100_001, (orphan, "ORPHAN_CHECKS", ()))

_live_or_new = Checkout._live_or_new


@replaced("superseding ignores the currency", 100_002, Checkout, "_live_or_new")
async def _same_number(
    self: Any, buyer: str, order: str, offer: Any, method: Any, by: Any, contact: Any
) -> Payment | None:
    live = await self.payments.live(buyer, order)
    if live and live.status is not Status.PAID and live.price.minor == offer.price.minor:
        offer = attrs.evolve(offer, price=live.price)
    return await _live_or_new(self, buyer, order, offer, method, by, contact)


@replaced("superseding closes without a look", 100_000, Checkout, "_close")
async def _blind_close(self: Any, payment: Payment, by: Any, reason: Reason, **_: Any) -> Payment:
    now = self.clock.now()
    after: Payment = await self.payments.update(payment.merchant_id, lambda p: p.closed(now, str(by), reason))
    return after


@replaced("anybody may see a payment", 100_000, Checkout, "visible_to")
async def _open_house(self: Any, _: Any, merchant_id: Any) -> Payment:
    return await self.payments.get(merchant_id)  # type: ignore[no-any-return]
