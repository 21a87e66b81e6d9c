"""The use cases of giving money back: refund, push an open refund on its way, keep a stray.

The intent is stored first, with the remainder it was decided on. The provider compares that remainder (the checksum)
before it pays, so a repeat can never pay twice: it is refused, and a look then tells what became of the first.
"""

from collections.abc import Callable

import attrs

from payments.domain.errors import ContractViolation, GatewayError, NotSent, PaymentNotFound, Rejected
from payments.domain.payment import Payment
from payments.domain.ports import Filter
from payments.domain.refund import Refund
from payments.domain.refunding import (
    LONGEST_AT_WORK,
    RefundOrder,
    hold_stray,
    mark_outcome_unknown,
    rebase,
    refuse,
    request,
)
from payments.domain.schedule import LEASE
from payments.domain.use_cases.checkout import TRIES, Checkout, Outcome
from payments.domain.values import Caller, GatewayId, MerchantId, RefundId, Role


@attrs.frozen
class Refunds:
    """The use cases, for the shop and the system; to a buyer, payments have no refunds to ask for."""

    checkout: Checkout

    async def refund(
        self, caller: Caller, merchant_id: MerchantId, order: RefundOrder, refund_id: RefundId | None = None
    ) -> Outcome:
        """Give back some or all of a capture. With the same *refund_id* it is asked once, however often it is called.

        The answer is `confirmed` once the outcome is known: done, or refused with the provider's words in `failure`;
        until then the refund is open and the sweep goes on with it.

        Raises PaymentNotFound, RefundRefused or RefundInProgress, with nothing stored.
        """
        self._only_the_shop(caller)
        refund_id = refund_id or self.checkout.ids.refund_id()

        def asking(payment: Payment) -> Payment:
            if any(refund.id == refund_id for refund in payment.refunds):
                return payment
            now = self.checkout.clock.now()
            return request(payment, order, refund_id, now, str(caller)).scheduled(now + LEASE)

        payment = await self.checkout.payments.update(merchant_id, asking)
        try:
            payment = await self.push(merchant_id, refund_id)
        except ContractViolation:
            raise
        except GatewayError:
            payment = await self.checkout.refresh_soon(merchant_id)
        return Outcome(payment, confirmed=not payment.refund(refund_id).is_open)

    async def push(self, merchant_id: MerchantId, refund_id: RefundId) -> Payment:
        """Send an open refund, or learn what became of it. Raises GatewayError while that is unknown."""
        for _ in range(TRIES):
            payment = await self.checkout.payments.get(merchant_id)
            refund = payment.refund(refund_id)
            if refund.is_open and refund.outcome_unknown_since:
                payment = await self._look(payment, refund)
                refund = payment.refund(refund_id)
            if not refund.is_open:
                return payment
            if payment.capture(refund.gateway_id).report.remaining != refund.remainder:
                await self._change(merchant_id, refund_id, lambda p, r: rebase(p, r, self.checkout.clock.now()))
            elif await self._send(payment, refund):
                break
        return await self.checkout.payments.get(merchant_id)

    async def _send(self, payment: Payment, refund: Refund) -> bool:
        """Send it once; False if it was refused because the remainder has moved, so that it must be based anew."""
        currency = payment.capture(refund.gateway_id).report.amount.currency
        try:
            report = await self.checkout.gateway.refund(refund, currency)
        except NotSent:
            raise
        except Rejected as error:
            return await self._refused(payment, refund, error)
        except GatewayError:
            now = self.checkout.clock.now()
            await self._change(payment.merchant_id, refund.id, lambda p, r: mark_outcome_unknown(p, r, now))
            raise
        await self.checkout.record(report, "refund")
        return True

    async def _refused(self, payment: Payment, refund: Refund, error: Rejected) -> bool:
        """Believe a refusal only if nothing moved and no earlier send can still be at work."""
        payment = await self._look(payment, refund)
        if not payment.refund(refund.id).is_open:
            return True
        if payment.capture(refund.gateway_id).report.remaining != refund.remainder:
            return False
        now = self.checkout.clock.now()
        if refund.outcome_unknown_since and now - refund.outcome_unknown_since < LONGEST_AT_WORK:
            return True
        words = f"{error.provider_code} {error.provider_text}".strip()
        await self._change(payment.merchant_id, refund.id, lambda p, r: refuse(p, r, now, words or str(error)))
        return True

    async def _look(self, payment: Payment, refund: Refund) -> Payment:
        report = await self.checkout.gateway.find(refund.gateway_id)
        if report is None or report.merchant_id != payment.merchant_id:
            raise ContractViolation(f"The provider no longer knows its capture {refund.gateway_id}.")
        return await self.checkout.record(report, "refund")

    async def _change(
        self, merchant_id: MerchantId, refund_id: RefundId, change: Callable[[Payment, Refund], Payment]
    ) -> None:
        def changing(payment: Payment) -> Payment:
            refund = payment.refund(refund_id)
            return change(payment, refund) if refund.is_open else payment

        await self.checkout.payments.update(merchant_id, changing)

    async def hold_stray(self, caller: Caller, merchant_id: MerchantId, gateway_id: GatewayId, note: str) -> Payment:
        """Keep a stray, with a note that says why. Raises PaymentNotFound or RefundRefused."""
        self._only_the_shop(caller)
        now = self.checkout.clock.now()
        by = str(caller)
        return await self.checkout.payments.update(merchant_id, lambda p: hold_stray(p, gateway_id, note, now, by))

    async def strays(self, caller: Caller, before: MerchantId | None = None, limit: int = 100) -> list[Payment]:
        """Return payments with money that nobody has dealt with yet, newest first."""
        self._only_the_shop(caller)
        return list(await self.checkout.payments.page(Filter(open_strays=True), before, limit))

    @staticmethod
    def _only_the_shop(caller: Caller) -> None:
        if caller.role is Role.BUYER:
            raise PaymentNotFound
