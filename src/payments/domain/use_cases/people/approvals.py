"""Approvals: a refund above a set sum waits until a second person approves it.

It is stored as any refund, so no other one of the same capture can be requested meanwhile, and nothing sends it.
"""

from typing import ClassVar

import attrs

from payments.domain.errors import RefundRefused, Refused
from payments.domain.event import Event, EventKind, Source
from payments.domain.payment import Change, Payment
from payments.domain.people.audit import AuditAction
from payments.domain.ports import Clock, PaymentRepository
from payments.domain.refund import AWAITS_APPROVAL, Refund, RefundStatus, closed
from payments.domain.use_cases.people.trail import Trail
from payments.domain.values import Caller, MerchantId, RefundId


@attrs.define
class SecondPersonNeeded(Refused):
    """Whoever requested a refund cannot approve it."""

    slug: ClassVar[str] = "second-person-needed"


def held_for_approval(payment: Payment, refund_id: RefundId, above: int) -> Payment:
    """Return the payment, whose new refund waits where people asked for more than *above* won of its capture.

    What was asked for before counts, so that a sum cannot be split; a sum in another currency always waits. 0 won: no
    refund waits.
    """
    refund = payment.refund(refund_id)
    capture = payment.capture(refund.gateway_id)
    if not above or (capture.report.amount.currency == "KRW" and _asked_for(payment, refund) <= above):
        return payment
    waiting = attrs.evolve(refund, not_before=AWAITS_APPROVAL)
    held = attrs.evolve(payment, refunds=payment.with_refunds(waiting))
    return held.scheduled(held.next_check(refund.requested_at))


def _asked_for(payment: Payment, refund: Refund) -> int:
    mine = [one for one in payment.refunds if one.gateway_id == refund.gateway_id and one.by != Source.EXTERNAL]
    asked = [one for one in mine if one.status in (RefundStatus.OPEN, RefundStatus.DONE)]
    return sum(one.amount for one in asked if not one.is_automatic)


@attrs.frozen(kw_only=True)
class Approvals:
    """What the second person does. The refund is sent by `Refunds.send`, or by the next sweep."""

    payments: PaymentRepository
    clock: Clock
    trail: Trail

    async def approve(self, caller: Caller, merchant_id: MerchantId, refund_id: RefundId) -> Payment:
        """Let a refund be sent. Raises SecondPersonNeeded for who requested it, RefundRefused if it does not wait."""

        def approving(payment: Payment) -> Payment:
            refund = _waiting(payment, refund_id)
            if refund.by == str(caller):
                raise SecondPersonNeeded("Another person must approve this refund. Nothing was sent.")
            event = self._event(EventKind.REFUND_APPROVED, caller, refund, refund.reason)
            return payment.apply([Change(event=event, refund=attrs.evolve(refund, not_before=None))])

        return await self.trail.changed(
            self.payments, caller, AuditAction.APPROVE_REFUND, merchant_id, approving, refund=refund_id
        )

    async def reject(self, caller: Caller, merchant_id: MerchantId, refund_id: RefundId, why: str) -> Payment:
        """Give a waiting refund up. Raises RefundRefused if it does not wait."""

        def rejecting(payment: Payment) -> Payment:
            refund = _waiting(payment, refund_id)
            refused = closed(refund, RefundStatus.REFUSED, failure=why[:1000])
            event = self._event(EventKind.REFUND_REFUSED, caller, refund, why[:1000])
            return payment.apply([Change(event=event, refund=refused)])

        return await self.trail.changed(
            self.payments, caller, AuditAction.REJECT_REFUND, merchant_id, rejecting, refund=refund_id
        )

    def _event(self, kind: EventKind, caller: Caller, refund: Refund, reason: str) -> Event:
        return Event(
            kind=kind,
            at=self.clock.now(),
            by=str(caller),
            gateway_id=refund.gateway_id,
            refund_id=refund.id,
            amount=refund.amount,
            reason=reason,
        )


def _waiting(payment: Payment, refund_id: RefundId) -> Refund:
    refund = payment.refund(refund_id)
    if not refund.awaits_approval:
        raise RefundRefused("This refund does not wait for a second person. Nothing was changed.")
    return refund
