"""Checkout: what a buyer and a shop ask of a payment: begin, complete, abandon, cancel, read.

The intent is committed before anything is sent, no transaction spans a call to the gateway, and what a browser says
only names the payment to refresh.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.books.search import Filter
from payments.domain.errors import (
    AlreadyPaid,
    AttemptMismatch,
    AttemptUnreadable,
    BadInput,
    ConcurrentUpdate,
    ContractViolation,
    CredentialsRefused,
    GatewayError,
    MerchantIdTaken,
    OrderIsLive,
    PaymentNotFound,
    Rejected,
)
from payments.domain.event import Event, Reason, Source
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.people.audit import AuditAction
from payments.domain.ports import (
    Alarm,
    AlarmKind,
    Alarms,
    Clock,
    Contact,
    Gateways,
    MerchantIdPolicy,
    PaymentRepository,
)
from payments.domain.schedule import EXPIRES_AFTER
from payments.domain.use_cases.channel_rules import (
    ChannelRules,
    Finding,
    PaymentRequest,
    raise_if_stopped,
)
from payments.domain.use_cases.people.trail import Trail
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.rules import Rules
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Mode, Offer, Role, Terms

MAX_TRIES: Final = 3


@attrs.frozen
class Outcome:
    """A payment as far as it is known. `confirmed` is False while the provider cannot answer: ask again soon."""

    payment: Payment
    confirmed: bool = True


@attrs.frozen(kw_only=True)
class Checkout:
    """The use cases of a checkout. A buyer has `expires_after` to pay, then an untouched payment is cancelled."""

    payments: PaymentRepository
    gateways: Gateways
    ids: MerchantIdPolicy
    clock: Clock
    alarms: Alarms
    refresher: Refresher
    trail: Trail
    mode: Mode
    expires_after: timedelta = EXPIRES_AFTER
    rules: Rules = attrs.field(factory=Rules)
    channel_rules: ChannelRules

    async def begin(
        self, buyer: str, order: str, offer: Offer, method: Method, by: Caller, contact: Contact | None = None
    ) -> Payment:
        """Return the buyer's payment for this order, stored and prepared: a new one, or the live one of the same price.

        A live payment of another price or at another provider is closed first, and so is one whose id has taken money
        before.

        *offer* comes from the shop, never from a browser. Without *contact*, the channel is not asked whether it needs
        the buyer's data. Where an order has one payment in the whole shop, the open one of another buyer is closed.
        Raises BelowMinimum, RuleViolation (the channel does not allow it), BadInput (no such channel), AlreadyPaid,
        Rejected (the provider refuses the price; the payment is failed), GatewayError (the outcome is unknown; begin
        again), AttemptUnreadable (the live payment cannot be closed without an operator) or ConcurrentUpdate.
        """
        if not buyer or not order:
            raise BadInput("A payment needs a buyer and an order.")
        self.rules.check(offer, method)
        for _ in range(MAX_TRIES):
            try:
                payment = await self._live_or_new(buyer, order, offer, method, by, contact)
            except (MerchantIdTaken, OrderIsLive):
                continue
            if payment is not None:
                payment = await self._prepared(payment)
                if payment.is_payable:  # else it was closed meanwhile
                    return payment
        raise ConcurrentUpdate("Other requests are beginning the same order. No payment was created; try again.")

    async def _live_or_new(
        self, buyer: str, order: str, offer: Offer, method: Method, by: Caller, contact: Contact | None
    ) -> Payment | None:
        now = self.clock.now()
        one, provider = self.rules.one_payment_per_order, self.rules.provider_for(offer.terms.channel, method)
        live = await self.payments.live("" if one else buyer, order)
        if live is None:
            new_id, after = self.ids.merchant_id(), self.expires_after
            self._check_channel(new_id, order, offer, method, contact)
            new = Payment.begin(new_id, buyer, order, offer, method, self.mode, now, str(by), after, one_per_order=one)
            return await self.payments.add(attrs.evolve(new, provider=provider))
        if live.status is Status.PAID:
            raise AlreadyPaid("This order is already paid. No payment was created.")
        self._check_channel(live.merchant_id, order, offer, method, contact)  # before it is closed for a new one
        if live.buyer != buyer or live.provider != provider or not live.is_asked_by(offer) or live.id_used_up:
            await self._close(live, by, Reason.SUPERSEDED if live.buyer == buyer else Reason.OTHER_BUYER)
            return None
        renewed = await self.payments.update(
            live.merchant_id, lambda p: p.begun_again(method, self.clock.now(), self.expires_after, offer.terms)
        )
        return renewed if renewed.is_payable else None

    def _check_channel(
        self, merchant_id: MerchantId, order: str, offer: Offer, method: Method, contact: Contact | None
    ) -> None:
        """Raise RuleViolation where the channel of this payment does not allow it."""
        raise_if_stopped(self._asked(merchant_id, offer.name or order, offer.price, offer.terms, method, contact))

    def findings(self, payment: Payment, contact: Contact) -> Sequence[Finding]:
        """Return the rules of its channel that a payment breaks, for the window that is about to open."""
        name = payment.name or payment.order
        return self._asked(payment.merchant_id, name, payment.price, payment.terms, payment.method, contact)

    def _asked(
        self, order_id: MerchantId, name: str, price: Money, terms: Terms, method: Method, contact: Contact | None
    ) -> Sequence[Finding]:
        channel = self.rules.channel_for(terms.channel, method)
        return self.channel_rules.of_payment(
            PaymentRequest(
                channel=channel,
                order_id=order_id,
                name=name,
                price=price,
                terms=terms,
                method=method,
                contact=contact,
            )
        )

    async def _prepared(self, payment: Payment) -> Payment:
        if payment.prepared:
            return payment
        try:
            await self.gateways.of(payment.provider).prepare(payment.merchant_id, payment.price)
        except CredentialsRefused as error:  # our own fault: the payment stays as it is
            await self.alarms.raise_alarm(Alarm(AlarmKind.CREDENTIALS_REFUSED, str(error), payment.merchant_id))
            raise
        except Rejected as error:
            reason = f"{error.provider_code} {error.provider_text}".strip()
            await self.payments.update(payment.merchant_id, lambda p: p.prepare_refused(self.clock.now(), reason))
            raise
        return await self.payments.update(payment.merchant_id, lambda p: p.with_price_prepared(self.clock.now()))

    async def complete(self, caller: Caller, merchant_id: MerchantId, gateway_id: GatewayId) -> Outcome:
        """The window reported success: fetch that attempt, verify that it is at this payment, and record it.

        Raises PaymentNotFound, AttemptMismatch or ContractViolation. An unknown outcome changes no status.
        """
        payment = await self.visible_to(caller, merchant_id)
        attempt = payment.attempt(gateway_id)
        if attempt and attempt.report.is_capture:
            return Outcome(payment)  # a replay: the money is known, so the provider is not asked again
        try:
            report = await self.gateways.of(payment.provider).find(gateway_id, merchant_id)
            if report is not None and report.merchant_id == merchant_id:
                return Outcome(await self.refresher.record(report, Source.COMPLETE))
        except ContractViolation:
            await self.refresher.refresh_soon(merchant_id)
            raise
        except GatewayError:
            return Outcome(await self.refresher.refresh_soon(merchant_id), confirmed=False)
        await self.refresher.refresh_soon(merchant_id)
        raise AttemptMismatch("This attempt is not at this payment. Nothing was changed.")

    async def abandon(self, caller: Caller, merchant_id: MerchantId) -> Outcome:
        """The buyer left the window: refresh. The window may still approve, so the browser is never believed."""
        payment = await self.visible_to(caller, merchant_id)
        try:
            refreshed = await self.refresher.refresh(payment, Source.ABANDON)
        except GatewayError:
            return Outcome(await self.refresher.refresh_soon(merchant_id), confirmed=False)
        return Outcome(refreshed.payment, confirmed=refreshed.complete)

    async def cancel(self, caller: Caller, merchant_id: MerchantId, *, force: bool = False) -> Payment:
        """Close an unpaid payment, after a refresh.

        With *force* the shop closes it although the provider's answer cannot be read; money found later is a late
        capture. Raises AlreadyPaid, PaymentNotFound, AttemptUnreadable, or GatewayError (it is still open).
        """
        payment = await self.visible_to(caller, merchant_id)
        reason = {Role.BUYER: Reason.BUYER, Role.SYSTEM: Reason.SYSTEM}.get(caller.role, Reason.SHOP)
        closing = self._close(payment, caller, reason, force=force and caller.role is not Role.BUYER)
        return await self.trail.noted(caller, AuditAction.CANCEL, merchant_id, closing, force=force or None)

    async def _close(self, payment: Payment, by: Caller, reason: Reason, *, force: bool = False) -> Payment:
        merchant_id = payment.merchant_id
        if payment.is_payable:
            await self._refresh_before_closing(payment, force=force)
        closed = await self.payments.update(merchant_id, lambda p: p.closed(self.clock.now(), str(by), reason))
        try:
            return await self.refresher.revoke_deposits(closed)
        except GatewayError:
            return await self.refresher.refresh_soon(merchant_id)  # the sweep closes the accounts

    async def _refresh_before_closing(self, payment: Payment, *, force: bool) -> None:
        try:
            refreshed = await self.refresher.refresh(payment, Source.CANCEL)
        except GatewayError:
            if force:
                return
            raise
        if not refreshed.complete and not force:
            raise AttemptUnreadable(
                "The provider returned an attempt that cannot be read, so this payment may be paid. It stays open. "
                "An operator can close it with force."
            )

    async def visible_to(self, caller: Caller, merchant_id: MerchantId) -> Payment:
        """Return the payment if the caller may see it. Raises PaymentNotFound, as for an absent one."""
        payment = await self.payments.get(merchant_id)
        if not caller.may_see(payment.buyer):
            raise PaymentNotFound
        return payment

    async def page(
        self, caller: Caller, which: Filter, before: MerchantId | None = None, limit: int = 100
    ) -> Sequence[Payment]:
        """Return up to *limit* payments that the caller may see, newest first.

        Raises PaymentNotFound (bad cursor), or BadInput for a period that is too long for *which*.
        """
        if caller.role is Role.BUYER:
            which = attrs.evolve(which, buyer=caller.name)
        return await self.payments.page(which.bounded(self.clock.now()), before, limit)

    async def timeline(self, caller: Caller, merchant_id: MerchantId) -> list[Event]:
        """Return the events of a payment, oldest first. Raises PaymentNotFound."""
        await self.visible_to(caller, merchant_id)
        return list(await self.payments.timeline(merchant_id))
