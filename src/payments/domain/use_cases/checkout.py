"""The use cases of a buyer and a shop: begin, look, settle, complete, abandon, cancel.

No event loop owns them: what an adapter does at each `await` (block, suspend, pause) is its affair. The intent is
committed before anything is sent, no transaction spans a call to the gateway, and what a browser or a webhook says only
tells which payment to look at.
"""

from datetime import timedelta

import attrs

from payments.domain.errors import (
    AlreadyPaid,
    AttemptMismatch,
    BadInput,
    ConcurrentUpdate,
    ContractViolation,
    GatewayError,
    GatewayIdTaken,
    MerchantIdTaken,
    OrderIsLive,
    PaymentNotFound,
    Rejected,
)
from payments.domain.machine import Status
from payments.domain.payment import Event, Payment
from payments.domain.ports import Clock, Gateway, MerchantIdPolicy, PaymentRepository
from payments.domain.recording import apply_report, orphan
from payments.domain.report import Report
from payments.domain.schedule import EXPIRES_AFTER
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer

TRIES = 3


@attrs.frozen
class Outcome:
    """A payment as far as we know. `confirmed` is False while the provider cannot tell: look again soon."""

    payment: Payment
    confirmed: bool = True


@attrs.frozen(kw_only=True)
class Checkout:
    """The use cases, over their ports.

    hold_strays     no stray is refunded until an operator says so
    expires_after   how long a buyer has to pay before an untouched payment is cancelled
    """

    payments: PaymentRepository
    gateway: Gateway
    ids: MerchantIdPolicy
    clock: Clock
    mode: Mode
    hold_strays: bool = False
    expires_after: timedelta = EXPIRES_AFTER

    async def begin(self, buyer: str, order: str, offer: Offer, method: Method, by: Caller) -> Payment:
        """Return the buyer's payment for this order, stored and prepared: a new one, or the live one of the same price.

        A live one whose id the provider will not take money for again is closed, like one of another price.

        *offer* comes from the shop, never from a browser. Raises AlreadyPaid, Rejected (the provider refuses the price;
        the payment is failed), GatewayError (it cannot tell; begin again), or ConcurrentUpdate.
        """
        if not buyer or not order:
            raise BadInput("A payment needs a buyer and an order.")
        for _ in range(TRIES):
            try:
                payment = await self._live_or_new(buyer, order, offer, method, by)
            except (MerchantIdTaken, OrderIsLive):
                continue
            if payment is not None:
                payment = await self._prepared(payment)
                if payment.is_payable:  # else somebody closed it meanwhile
                    return payment
        raise ConcurrentUpdate("Others are beginning the same order. Nothing was begun here; try again.")

    async def _live_or_new(self, buyer: str, order: str, offer: Offer, method: Method, by: Caller) -> Payment | None:
        now = self.clock.now()
        live = await self.payments.live(buyer, order)
        if live is None:
            new_id = self.ids.merchant_id()
            return await self.payments.add(
                Payment.begin(new_id, buyer, order, offer, method, self.mode, now, str(by), self.expires_after)
            )
        if live.status is Status.PAID:
            raise AlreadyPaid("This order is paid already. Nothing was begun.")
        if live.price != offer.price or live.id_used_up:
            await self._close(live, by, "superseded")
            return None
        renewed = await self.payments.update(
            live.merchant_id, lambda p: p.begun_again(method, self.clock.now(), self.expires_after)
        )
        return renewed if renewed.is_payable else None

    async def _prepared(self, payment: Payment) -> Payment:
        if payment.prepared:
            return payment
        try:
            await self.gateway.prepare(payment.merchant_id, payment.price)
        except Rejected as error:
            reason = f"{error.provider_code} {error.provider_text}".strip()
            await self.payments.update(payment.merchant_id, lambda p: p.prepare_refused(self.clock.now(), reason))
            raise
        return await self.payments.update(payment.merchant_id, lambda p: p.with_price_prepared(self.clock.now()))

    async def record(self, report: Report, by: str) -> Payment:
        """Store what *report* teaches: the only door by which knowledge of money enters. Raises ContractViolation."""
        returns = None if self.hold_strays else self.ids.refund_id()

        def learning(payment: Payment) -> Payment:
            return apply_report(payment, report, at=self.clock.now(), by=by, refund_strays_as=returns)

        try:
            try:
                return await self.payments.update(report.merchant_id, learning)
            except PaymentNotFound:
                return await self._record_unknown(report, by)
        except GatewayIdTaken as error:
            raise ContractViolation(f"Attempt {report.gateway_id} belongs to another payment already.") from error

    async def _record_unknown(self, report: Report, by: str) -> Payment:
        """Keep a capture that nobody here began; an attempt that took no money concerns nobody."""
        if not report.is_capture:
            raise PaymentNotFound
        try:
            return await self.payments.add(orphan(report, self.clock.now(), by))
        except MerchantIdTaken:
            return await self.record(report, by)

    async def refresh(self, merchant_id: MerchantId, by: str) -> Payment:
        """Ask the gateway for all attempts at a payment and settle each. Raises PaymentNotFound or GatewayError.

        A report that breaks the contract is raised at last, for it must not hide the attempt that paid.
        """
        payment = await self.payments.get(merchant_id)
        broken: ContractViolation | None = None
        for report in await self.gateway.attempts(merchant_id):
            try:
                payment = await self._record_answer(merchant_id, report, by)
            except ContractViolation as error:
                broken = error
        if broken:
            raise broken
        return payment

    async def _record_answer(self, asked_for: MerchantId, report: Report, by: str) -> Payment:
        if report.merchant_id != asked_for:
            raise ContractViolation(f"Asked for {asked_for}, the provider answered with another payment.")
        return await self.record(report, by)

    async def refresh_attempt(self, gateway_id: GatewayId, by: str) -> Payment | None:
        """Follow a hint (a webhook, a return): fetch this attempt and settle it. None if the provider knows none.

        Raises PaymentNotFound where it took no money and is not ours, or GatewayError.
        """
        report = await self.gateway.find(gateway_id)
        return None if report is None else await self.record(report, by)

    async def complete(self, caller: Caller, merchant_id: MerchantId, gateway_id: GatewayId) -> Outcome:
        """The window said yes: fetch that attempt, verify that it is ours, settle.

        Raises PaymentNotFound, AttemptMismatch, or ContractViolation. An unknown outcome changes no status.
        """
        payment = await self.visible_to(caller, merchant_id)
        attempt = payment.attempt(gateway_id)
        if attempt and attempt.report.is_capture:
            return Outcome(payment)  # a replay: money is known, and the provider need not be asked again
        try:
            report = await self.gateway.find(gateway_id)
        except ContractViolation:
            raise
        except GatewayError:
            return Outcome(await self.refresh_soon(merchant_id), confirmed=False)
        if report is None or report.merchant_id != merchant_id:
            await self.refresh_soon(merchant_id)
            raise AttemptMismatch("This attempt is not an attempt at this payment. Nothing was changed.")
        return Outcome(await self.record(report, "complete"))

    async def abandon(self, caller: Caller, merchant_id: MerchantId) -> Outcome:
        """The buyer left the window: look. Only the provider's word counts, for the window may still approve."""
        await self.visible_to(caller, merchant_id)
        try:
            return Outcome(await self.refresh(merchant_id, "abandon"))
        except ContractViolation:
            raise
        except GatewayError:
            return Outcome(await self.refresh_soon(merchant_id), confirmed=False)

    async def cancel(self, caller: Caller, merchant_id: MerchantId) -> Payment:
        """Close an unpaid payment, after a look. Raises AlreadyPaid, PaymentNotFound or GatewayError (still open)."""
        return await self._close(await self.visible_to(caller, merchant_id), caller, str(caller.role))

    async def _close(self, payment: Payment, by: Caller, reason: str) -> Payment:
        if payment.prepared and payment.status is not Status.PAID:
            payment = await self.refresh(payment.merchant_id, "cancel")
        closed = await self.payments.update(payment.merchant_id, lambda p: p.closed(self.clock.now(), str(by), reason))
        return await self.revoke_deposits(closed)

    async def revoke_deposits(self, payment: Payment) -> Payment:
        """Close the virtual accounts of a cancelled payment; where that fails, a late deposit is given back instead."""
        for attempt in payment.waiting_deposits:
            try:
                payment = await self.record(await self.gateway.revoke(attempt.gateway_id), "cancel")
            except GatewayError:
                payment = await self.refresh_soon(payment.merchant_id)
        return payment

    async def visible_to(self, caller: Caller, merchant_id: MerchantId) -> Payment:
        """Return the payment if it is this caller's business. Raises PaymentNotFound, the same as for an absent one."""
        payment = await self.payments.get(merchant_id)
        if not caller.may_see(payment.buyer):
            raise PaymentNotFound
        return payment

    async def refresh_soon(self, merchant_id: MerchantId) -> Payment:
        """Make the payment due now, for the sweep."""
        return await self.payments.update(merchant_id, lambda p: p.scheduled(self.clock.now()))

    async def timeline(self, caller: Caller, merchant_id: MerchantId) -> list[Event]:
        """Return what happened to a payment, oldest first. Raises PaymentNotFound."""
        await self.visible_to(caller, merchant_id)
        return list(await self.payments.timeline(merchant_id))
