"""Refunds: request a refund, send an open one, decide about strays.

The intent is stored first, with the remainder it was decided on, and each send is stored before it leaves. The provider
compares the remainder (the checksum) before it pays, and a repeat is sent only when no earlier send can be at work.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import attrs

from payments.domain import refunding
from payments.domain.books.search import Filter
from payments.domain.errors import (
    ContractViolation,
    CredentialsRefused,
    GatewayError,
    NotSent,
    PaymentNotFound,
    RefundRefused,
    Rejected,
    StillAtWork,
)
from payments.domain.event import Source
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.people.audit import AuditAction
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
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.report import Report
from payments.domain.use_cases.accounts import Accounts
from payments.domain.use_cases.banks import refund_account
from payments.domain.use_cases.checkout import Outcome
from payments.domain.use_cases.people.approvals import held_for_approval
from payments.domain.use_cases.people.trail import Trail
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.refund_rules import RefundRules
from payments.domain.values import DEFAULT_PROVIDER, Caller, GatewayId, MerchantId, RefundId, Role

MAX_REBASES: Final = 3
"""How often one call follows a remainder that keeps changing, before it leaves the rest to the sweep."""

SEND_WITHIN: Final = timedelta(seconds=30)
"""A send that does not leave so soon after it was stored does not leave at all: the process may have been stopped."""

SLOW_SENDS: Final = 2
"""The send whose answer "still at work" shows that an earlier one takes longer than expected."""

Step = Callable[[Payment, Refund], Payment]


@attrs.frozen(kw_only=True)
class Refunds:
    """The use cases, for the shop and the system. A buyer has none: to a buyer, the payment is not found."""

    payments: PaymentRepository
    orphans: Orphans
    gateways: Gateways
    ids: MerchantIdPolicy
    clock: Clock
    alarms: Alarms
    refresher: Refresher
    trail: Trail
    accounts: Accounts
    refund_rules: RefundRules = attrs.field(factory=RefundRules)
    second_person_above: int = 0

    async def refund(
        self, caller: Caller, merchant_id: MerchantId, order: RefundOrder, refund_id: RefundId | None = None
    ) -> Outcome:
        """Refund some or all of a capture. With the same *refund_id* it happens once, however often this is called.

        The outcome is confirmed once it is known: done, or refused with the provider's words in `failure`. Until then
        the refund is open, and the sweep goes on with it. Raises as `request` does.
        """
        refund_id = refund_id or self.ids.refund_id()
        await self.request(caller, merchant_id, order, refund_id)
        return await self.send(merchant_id, refund_id)

    async def request(
        self, caller: Caller, merchant_id: MerchantId, order: RefundOrder, refund_id: RefundId
    ) -> Payment:
        """Store the intent to refund; nothing is sent yet. A refund with the same id is left as it is.

        Raises PaymentNotFound, RefundRefused, RuleViolation (the channel does not allow it), RefundInProgress or
        BadInput, with nothing stored. RefundRefused also for an account in live mode where there is no vault: it would
        be stored unencrypted.
        """
        self._only_the_shop(caller)

        def asking(payment: Payment) -> Payment:
            if any(refund.id == refund_id for refund in payment.refunds):
                return payment
            allowed = self.refund_rules.allowed(payment, order, self.clock.now())
            order_kept, now = self._storable(allowed, refund_id), self.clock.now()
            asked = refunding.request(payment, order_kept, refund_id, now, str(caller))
            return held_for_approval(asked, refund_id, self.second_person_above)

        asked = {"refund": refund_id, "amount": order.amount, "attempt": order.gateway_id, "reason": order.reason}
        storing = self.payments.update(merchant_id, asking)
        return await self.trail.noted(caller, AuditAction.REFUND, merchant_id, storing, **asked)

    def _storable(self, order: RefundOrder, refund_id: RefundId) -> RefundOrder:
        """Return the order with its account checked and sealed. Raises BadInput or RefundRefused."""
        account = refund_account(order.account) if isinstance(order.account, BankAccount) else order.account
        return attrs.evolve(order, account=self.accounts.sealed(account, refund_id))

    async def send(self, merchant_id: MerchantId, refund_id: RefundId) -> Outcome:
        """Send a requested refund, and return what is known of it; where nothing is, the sweep goes on."""
        try:
            payment = await self.advance(merchant_id, refund_id)
        except ContractViolation:
            raise
        except GatewayError:
            payment = await self.refresher.refresh_soon(merchant_id)
        return Outcome(payment, confirmed=not payment.refund(refund_id).is_open)

    async def advance(self, merchant_id: MerchantId, refund_id: RefundId) -> Payment:
        """Take an open refund one step further: learn what became of it, or send it. Raises GatewayError while unknown.

        Nothing is sent while an earlier send may still be executed.
        """
        payment = await self.payments.get(merchant_id)
        if payment.refund(refund_id).is_open and payment.refund(refund_id).sends:
            payment = await self._refreshed(payment, payment.refund(refund_id))
        for _ in range(MAX_REBASES):
            refund = payment.refund(refund_id)
            if not refund.may_be_sent(self.clock.now()):
                return payment
            if payment.capture(refund.gateway_id).report.remaining != refund.remainder:
                payment = await self._step(payment, refund, lambda p, r: refunding.rebase(p, r, self.clock.now()))
            else:
                payment = await self._send(payment, refund)
        return payment

    async def _send(self, payment: Payment, refund: Refund) -> Payment:
        """Send it once, unless another process was first."""
        account = await self.accounts.opened(payment.merchant_id, refund)
        sent_at = self.clock.now()
        claimed: list[Refund] = []

        def claim(current: Payment) -> Payment:
            claimed.clear()  # a change may run again: what the database undid was claimed by nobody
            now = current.refund(refund.id)
            if now.sends != refund.sends or not now.may_be_sent(sent_at):
                return current
            after = refunding.begin_send(current, now, sent_at)
            claimed.append(after.refund(refund.id))
            return after

        payment = await self.payments.update(payment.merchant_id, claim)
        if not claimed:
            return payment
        if self.clock.now() - sent_at > SEND_WITHIN:
            return await self._step(payment, claimed[0], refunding.note_not_sent)
        return await self._answered(payment, attrs.evolve(claimed[0], account=account))

    async def _answered(self, payment: Payment, refund: Refund) -> Payment:
        currency = payment.capture(refund.gateway_id).report.amount.currency
        try:
            report = await self.gateways.of(payment.provider).refund(refund, currency, payment.merchant_id)
        except NotSent as error:
            await self._step(payment, refund, refunding.note_not_sent)
            if isinstance(error, CredentialsRefused):
                await self._alarm(AlarmKind.CREDENTIALS_REFUSED, str(error), payment.merchant_id)
            raise
        except StillAtWork:
            await self._step(payment, refund, lambda p, r: refunding.note_still_at_work(p, r, self.clock.now()))
            await self._alarm_if_slow(payment, refund)
            raise
        except Rejected as error:
            return await self._refused(payment, refund, error)
        return await self.refresher.record(self._checked(payment, refund, report), Source.REFUND)

    async def _refused(self, payment: Payment, refund: Refund, error: Rejected) -> Payment:
        """Believe a refusal only after a refresh: the refund may be done, or the remainder may have changed."""
        words = f"{error.provider_code} {error.provider_text}".strip() or str(error)
        payment = await self._step(payment, refund, lambda p, r: refunding.note_refused(p, r, words))
        payment = await self._refreshed(payment, refund)
        current = payment.refund(refund.id)
        if payment.capture(refund.gateway_id).report.remaining != refund.remainder:
            return payment
        if current.is_open:
            payment = await self._step(payment, refund, lambda p, r: refunding.refuse(p, r, self.clock.now(), words))
            await self._alarm_if_given_up(payment, refund)
        return payment

    async def _alarm_if_slow(self, payment: Payment, refund: Refund) -> None:
        """Tell a person once: a repeat is sent only after LONGEST_AT_WORK, when an earlier send should be over."""
        if refund.sends == SLOW_SENDS:
            sentence = f"The provider works on the refund {refund.id} longer than expected. It stays open meanwhile."
            await self._alarm(AlarmKind.REFUND_SLOWER_THAN_EXPECTED, sentence, payment.merchant_id)

    async def _alarm_if_given_up(self, payment: Payment, refund: Refund) -> None:
        if refund.is_automatic and payment.refund(refund.id).status is RefundStatus.REFUSED:
            sentence = f"The provider keeps refusing the refund {refund.id} of a stray. An operator must decide."
            await self._alarm(AlarmKind.REFUND_NEEDS_A_PERSON, sentence, payment.merchant_id)

    async def _refreshed(self, payment: Payment, refund: Refund) -> Payment:
        report = await self.gateways.of(payment.provider).find(refund.gateway_id, payment.merchant_id)
        if report is None:
            raise ContractViolation(f"The provider no longer knows its capture {refund.gateway_id}.")
        return await self.refresher.record(self._checked(payment, refund, report), Source.REFUND)

    @staticmethod
    def _checked(payment: Payment, refund: Refund, report: Report) -> Report:
        """Return the report if it is about the capture that is refunded. Raises ContractViolation."""
        asked = (payment.provider, payment.merchant_id, refund.gateway_id)
        if (report.provider, report.merchant_id, report.gateway_id) != asked:
            raise ContractViolation(f"Asked about {refund.gateway_id}, the provider answered about another attempt.")
        return report

    async def _step(self, payment: Payment, refund: Refund, step: Step) -> Payment:
        """Store what *step* makes of the refund, if it is still open and nobody has sent it again meanwhile.

        What became of one send says nothing about a later one.
        """

        def change(current: Payment) -> Payment:
            now = current.refund(refund.id)
            return step(current, now) if now.is_open and now.sends == refund.sends else current

        return await self.payments.update(payment.merchant_id, change)

    async def _alarm(self, kind: AlarmKind, sentence: str, merchant_id: MerchantId) -> None:
        await self.alarms.raise_alarm(Alarm(kind, sentence, merchant_id))

    # -- strays

    async def return_stray(
        self,
        caller: Caller,
        merchant_id: MerchantId,
        gateway_id: GatewayId,
        *,
        reason: str,
        account: BankAccount | None = None,
        refund_id: RefundId | None = None,
    ) -> Outcome:
        """Refund all that is left of a stray. Raises RefundRefused for the capture that paid, and as `request` does."""
        self._only_the_shop(caller)
        refunding.stray(await self.payments.get(merchant_id), gateway_id)
        order = RefundOrder(reason=reason, gateway_id=gateway_id, account=account)
        return await self.refund(caller, merchant_id, order, refund_id)

    async def hold_stray(self, caller: Caller, merchant_id: MerchantId, gateway_id: GatewayId, note: str) -> Payment:
        """Hold a stray, with a note that says why. Raises PaymentNotFound, RefundRefused or RefundInProgress."""
        self._only_the_shop(caller)
        now, by = self.clock.now(), str(caller)
        holding = self.payments.update(merchant_id, lambda p: refunding.hold_stray(p, gateway_id, note, now, by))
        return await self.trail.noted(caller, AuditAction.HOLD_STRAY, merchant_id, holding, attempt=gateway_id)

    async def strays(self, caller: Caller, before: MerchantId | None = None, limit: int = 100) -> Sequence[Payment]:
        """Return payments with strays that nobody has decided about yet, newest first."""
        self._only_the_shop(caller)
        return await self.payments.page(Filter(open_strays=True), before, limit)

    async def orphans_page(self, caller: Caller, before: GatewayId | None = None, limit: int = 100) -> Sequence[Orphan]:
        """Return orphans that nobody has decided about yet, the latest found first."""
        self._only_the_shop(caller)
        return await self.orphans.page(before, limit, open_only=True)

    async def hold_orphan(
        self, caller: Caller, gateway_id: GatewayId, note: str, provider: str = DEFAULT_PROVIDER
    ) -> Orphan:
        """Note why an orphan is held. Raises PaymentNotFound (no such orphan), RefundRefused (no note) or BadInput."""
        self._only_the_shop(caller)
        if not note.strip():
            raise RefundRefused("An orphan can only be held with a note that says why.")
        now, by = self.clock.now(), str(caller)

        def change(orphan: Orphan | None) -> Orphan:
            if orphan is None:
                raise PaymentNotFound
            return orphan.held(note, now, by)

        holding = self.orphans.update(gateway_id, change, provider)
        return await self.trail.noted(caller, AuditAction.HOLD_ORPHAN, None, holding, attempt=gateway_id)

    @staticmethod
    def _only_the_shop(caller: Caller) -> None:
        if caller.role is Role.BUYER:
            raise PaymentNotFound
