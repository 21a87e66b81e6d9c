"""Planted bugs of refunds: what is sent, when, and what is believed of the answer."""

from datetime import timedelta
from typing import Any

from payments.domain import refunding
from payments.domain.attempt import Attempt
from payments.domain.errors import NotSent, Rejected, Unknown
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.use_cases.refunds import MAX_REBASES, Refunds
from payments.domain.use_cases.sweep import Sweep
from simulation.bugs.planting import bug, replaced

bug("doubt of ten seconds", 100_004, (refunding, "LONGEST_AT_WORK", timedelta(seconds=10)))
bug("no in-flight guard", 100_004, (Refund, "may_be_at_work", lambda *_: False))
bug("one refusal ends a stray's refund", 100_000, (refunding, "REFUSAL_WAITS", ()))
bug("refunds recognised by label only", 100_009, (
    Refund, "recognises", lambda self, reported: reported.reason.startswith(f"[{self.id}]")
))  # fmt: skip
bug("what was given back elsewhere is still left", 100_002, (Attempt, "left", property(lambda a: a.report.remaining)))


@replaced("no compare-and-swap", 100_009, Refunds, "_send")
async def _send_anyway(self: Any, payment: Payment, refund: Refund) -> Payment:
    sent_at = self.clock.now()
    payment = await self._step(payment, refund, lambda p, r: refunding.begin_send(p, r, sent_at))
    return await self._answered(payment, payment.refund(refund.id))  # type: ignore[no-any-return]


@replaced("sent before it is stored", 100_000, Refunds, "_send")
async def _send_first(self: Any, payment: Payment, refund: Refund) -> Payment:
    after = await self._answered(payment, refund)
    sent_at = self.clock.now()
    await self._step(payment, refund, lambda p, r: refunding.begin_send(p, r, sent_at))
    return after  # type: ignore[no-any-return]


@replaced("blind refund retry", 100_004, Refunds, "advance")
async def _blind(self: Any, merchant_id: Any, refund_id: Any) -> Payment:
    payment: Payment = await self.payments.get(merchant_id)
    for _ in range(MAX_REBASES):
        refund = payment.refund(refund_id)
        if not refund.is_open:
            break
        payment = await self._step(payment, refund, refunding.note_not_sent)
        payment = await self._send(payment, payment.refund(refund_id))
    return payment


_answered = Refunds._answered


@replaced("a time-out is taken for a failure", 100_000, Refunds, "_answered")
async def _failed(self: Any, payment: Payment, refund: Refund) -> Payment:
    try:
        return await _answered(self, payment, refund)
    except Unknown:
        now = self.clock.now()
        return await self._step(payment, refund, lambda p, r: p.apply([refunding.refusal(r, now, "time-out")]))  # type: ignore[no-any-return]


@replaced("a time-out is taken for not sent", 100_004, Refunds, "_answered")
async def _unsent(self: Any, payment: Payment, refund: Refund) -> Payment:
    try:
        return await _answered(self, payment, refund)
    except Unknown:
        await self._step(payment, refund, refunding.note_not_sent)
        raise NotSent("It was not sent.") from None


@replaced("a refusal is believed without a look", 100_004, Refunds, "_refused")
async def _believed(self: Any, payment: Payment, refund: Refund, error: Rejected) -> Payment:
    now, words = self.clock.now(), str(error)
    return await self._step(payment, refund, lambda p, r: refunding.refuse(p, r, now, words))  # type: ignore[no-any-return]


bug("a refund's look checks no merchant id", 100_015, (Refunds, "_checked", staticmethod(lambda *given: given[-1])))

_visit = Sweep._visit


@replaced("only the first open refund is pushed", 100_003, Sweep, "_visit")
async def _first_alone(self: Any, payment: Payment, done: Any) -> Payment:
    class FirstAlone:
        def __getattr__(self, name: str) -> Any:
            return getattr(payment, name)

        @property
        def open_refunds(self) -> Any:
            return payment.open_refunds[:1]

    return await _visit(self, FirstAlone(), done)  # type: ignore[arg-type]


_request = refunding.request


@replaced("a refund may exceed what is left", 100_004, refunding, "make_way")
def _no_way(payment: Payment, *_: Any) -> Payment:
    return payment


@replaced("a person's refund is asked twice", 100_004, Refunds, "request")
async def _asked_again(self: Any, caller: Any, merchant_id: Any, order: Any, refund_id: Any) -> Payment:
    def asking(payment: Payment) -> Payment:
        known = next((r for r in payment.refunds if r.id == refund_id), None)
        if known and known.status is not RefundStatus.OPEN:
            refund_again = self.ids.refund_id()
            return _request(payment, order, refund_again, self.clock.now(), str(caller))
        return payment if known else _request(payment, order, refund_id, self.clock.now(), str(caller))

    return await self.payments.update(merchant_id, asking)  # type: ignore[no-any-return]


@replaced("a changed remainder refuses", 100_004, refunding, "rebase")
def _rebased_blindly(payment: Payment, refund: Refund, at: Any) -> Payment:
    return payment.apply([refunding.refusal(refund, at, "the remainder changed")])
