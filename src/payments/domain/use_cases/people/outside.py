"""OutsideRefunds: what an operator says of money that was given back elsewhere. Nothing is sent to a provider.

The rules of a PG are not asked: they say which refunds it would execute, and it executes none of these.
"""

import attrs

from payments.domain.outside.deciding import GivenBack, count, merge, record
from payments.domain.payment import Payment
from payments.domain.people.audit import AuditAction
from payments.domain.ports import Clock, PaymentRepository
from payments.domain.use_cases.people.trail import Trail
from payments.domain.values import Caller, MerchantId, RefundId


@attrs.frozen(kw_only=True)
class OutsideRefunds:
    """The use cases, for the shop. A buyer has none: to a buyer, the payment is not found."""

    payments: PaymentRepository
    clock: Clock
    trail: Trail

    async def record(self, caller: Caller, merchant_id: MerchantId, given: GivenBack, refund_id: RefundId) -> Payment:
        """Record money that was given back elsewhere. With the same *refund_id* it is recorded once.

        Raises PaymentNotFound, RefundRefused, RefundInProgress or BadInput, with nothing recorded.
        """

        def recording(payment: Payment) -> Payment:
            if any(refund.id == refund_id for refund in payment.refunds):
                return payment
            return record(payment, given, refund_id, self.clock.now(), str(caller))

        detail = {"refund": refund_id, "amount": given.amount, "attempt": given.gateway_id, "note": given.note}
        return await self.trail.changed(
            self.payments, caller, AuditAction.RECORD_OUTSIDE_REFUND, merchant_id, recording, **detail
        )

    async def merge(self, caller: Caller, merchant_id: MerchantId, refund_id: RefundId) -> Payment:
        """Decide that a record is the same money as a refund that the provider reports. It no longer counts.

        Raises PaymentNotFound, or RefundRefused where the provider reports no such money.
        """

        def merging(payment: Payment) -> Payment:
            return merge(payment, refund_id, self.clock.now(), str(caller))

        return await self.trail.changed(
            self.payments, caller, AuditAction.MERGE_OUTSIDE_REFUND, merchant_id, merging, refund=refund_id
        )

    async def count(self, caller: Caller, merchant_id: MerchantId, refund_id: RefundId) -> Payment:
        """Decide that a record in question is other money than the provider reports. It counts again.

        Raises PaymentNotFound, RefundRefused (more than is left, or not in question) or RefundInProgress.
        """

        def counting(payment: Payment) -> Payment:
            return count(payment, refund_id, self.clock.now(), str(caller))

        return await self.trail.changed(
            self.payments, caller, AuditAction.COUNT_OUTSIDE_REFUND, merchant_id, counting, refund=refund_id
        )
