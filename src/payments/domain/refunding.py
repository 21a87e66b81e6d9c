"""The pure half of refunds: what each step makes of a payment.

request        the intent, with the remainder it was decided on; one open refund per capture
begin_send     it is about to be handed to the provider: committed before anything is sent
note_*         what became of a send: not made, refused, or still at work
accepted       the provider works on it by itself; failed: it has given it up
rebase         the remainder changed under an open refund, and the refund still fits
refuse         the provider refused it, or it no longer fits
hold_stray     an operator holds a stray, with a note
"""

from datetime import datetime
from typing import Final

import attrs

from payments.domain.attempt import Attempt
from payments.domain.errors import RefundInProgress, RefundRefused
from payments.domain.event import Event, EventKind, Source
from payments.domain.money import TaxParts, refund_parts, whole
from payments.domain.payment import Change, Payment
from payments.domain.refund import BankAccount, Refund, RefundStatus, SealedAccount, closed
from payments.domain.report import ReportedRefund
from payments.domain.schedule import LONGEST_AT_WORK, REFUSAL_WAITS
from payments.domain.values import GatewayId, RefundId

OVERTAKEN: Final = "overtaken by another refund of the same capture"
FAILED_LATER: Final = "the provider accepted the refund and could not execute it"
QUESTIONED: Final = (
    "The provider reports a refund that may be the same money as one recorded as given back elsewhere. Decide that "
    "first. Nothing was sent."
)
REPLACED: Final = "replaced by a decision of an operator"


@attrs.frozen(kw_only=True)
class RefundOrder:
    """What to refund: `amount` in minor units (None: all that is left) of the named capture (None: the accepted one).

    `parts` are those of the amount, for shops with a mixed-tax contract; what they do not say follows from the
    payment's. `account` receives the money of a virtual account. `seen` is what was left of the capture when a person
    decided: after another refund they must look again.
    `override` is the note of an operator who refunds although the channel's rules warn.
    """

    reason: str
    amount: int | None = None
    gateway_id: GatewayId | None = None
    parts: TaxParts = attrs.field(factory=TaxParts)
    account: BankAccount | SealedAccount | None = None
    seen: int | None = None
    override: str = ""


def request(payment: Payment, order: RefundOrder, refund_id: RefundId, at: datetime, by: str) -> Payment:
    """Return the payment with a new open refund. Raises RefundRefused, RefundInProgress or BadInput.

    An automatic refund that was not sent yet, or that the provider keeps refusing, gives way to it.
    """
    attempt = payment.capture(order.gateway_id)
    if not attempt.counts_as_money:
        raise RefundRefused(
            "This capture is test money in a live shop, or real money in a test shop. Only the provider's console can "
            "refund it. Nothing was sent."
        )
    left, remainder = attempt.left, attempt.report.remaining
    if payment.questions_about(attempt.gateway_id):
        raise RefundRefused(QUESTIONED)
    if order.seen not in (None, left):
        raise RefundRefused(f"Meanwhile {left} is left of this capture, not {order.seen}. Nothing was sent.")
    amount = left if order.amount is None else whole(order.amount, least=1, what="A refund")
    payment = make_way(payment, attempt, at)
    if not 0 < amount <= left:
        raise RefundRefused(f"{amount} cannot be refunded: {left} is left of this capture. Nothing was sent.")
    asked = order.parts.within(amount, "refund")
    parts = refund_parts(parts_left(payment, attempt), remainder, amount, asked)
    refund = Refund(
        id=refund_id,
        gateway_id=attempt.gateway_id,
        amount=amount,
        remainder=remainder,
        reason=order.reason,
        by=by,
        requested_at=at,
        tax_free=parts.tax_free,
        vat=parts.vat,
        account=order.account,
    )
    return payment.apply([_requested(refund, order.override)])


def parts_left(payment: Payment, attempt: Attempt) -> TaxParts:
    """Return what is left of the tax parts of a capture; one of another amount than the price has unknown parts."""
    if attempt.report.amount != payment.price:
        return TaxParts()
    mine = [refund for refund in payment.refunds if refund.gateway_id == attempt.gateway_id]
    done = [refund.parts for refund in mine if refund.status is RefundStatus.DONE]
    return payment.terms.parts.less(done, attempt.report.remaining)


def stray_refund(payment: Payment, attempt: Attempt, refund_id: RefundId, at: datetime) -> Change:
    """Return the change that requests the automatic refund of all that is left of a stray."""
    parts = TaxParts() if attempt.outside else parts_left(payment, attempt)
    refund = Refund(
        id=refund_id,
        gateway_id=attempt.gateway_id,
        amount=attempt.left,
        remainder=attempt.report.remaining,
        reason=f"stray: {attempt.disposition}",
        by=Source.POLICY,
        requested_at=at,
        tax_free=parts.tax_free,
        vat=parts.vat,
        not_before=at,
    )
    return _requested(refund)


def refusal(refund: Refund, at: datetime, why: str) -> Change:
    """Return the change that gives a refund up: nothing of it was or will be executed."""
    refused = closed(refund, RefundStatus.REFUSED, provider_id=refund.provider_id, failure=why[:1000])
    return Change(event=event_about(EventKind.REFUND_REFUSED, refused, at, Source.GATEWAY, why), refund=refused)


def accepted(refund: Refund, reported: ReportedRefund, at: datetime) -> Change:
    """Return the change that leaves a refund to the provider, which has accepted it and will say what became of it."""
    waiting = attrs.evolve(refund, accepted_at=at, provider_id=reported.provider_id, sending_until=None, failure="")
    return Change(
        event=event_about(EventKind.REFUND_ACCEPTED, waiting, at, Source.GATEWAY, refund.reason), refund=waiting
    )


def failed(refund: Refund, at: datetime) -> Change:
    """Return the change after the provider has given up a refund that it had accepted: an automatic one is repeated."""
    why = refund.failure or FAILED_LATER
    if not refund.is_automatic or refund.refusals >= len(REFUSAL_WAITS):
        return refusal(refund, at, why)
    retried = attrs.evolve(
        refund,
        accepted_at=None,
        provider_id="",
        refusals=refund.refusals + 1,
        not_before=at + REFUSAL_WAITS[refund.refusals],
        failure=why,
    )
    return Change(event=event_about(EventKind.ATTEMPT_UPDATED, retried, at, Source.GATEWAY, why), refund=retried)


def rebase(payment: Payment, refund: Refund, at: datetime) -> Payment:
    """Return the payment with the refund based on the current remainder, or refused where it no longer fits.

    It then is another request, of which an earlier refusal says nothing.
    """
    capture = payment.capture(refund.gateway_id)
    remainder, asked = capture.report.remaining, payment.questions_about(refund.gateway_id)
    if capture.left < refund.amount or asked:
        return payment.apply([refusal(refund, at, OVERTAKEN)])
    rebased = attrs.evolve(refund, remainder=remainder, failure="")
    event = event_about(EventKind.REFUND_REBASED, rebased, at, Source.GATEWAY, f"remainder is {remainder}")
    return payment.apply([Change(event=event, refund=rebased)])


def begin_send(payment: Payment, refund: Refund, at: datetime) -> Payment:
    """Return the payment with one more send of the refund, which may be at work from now on. Bookkeeping."""
    sent = attrs.evolve(refund, sends=refund.sends + 1, sent_at=at, sending_until=at + LONGEST_AT_WORK)
    return _kept(payment, sent)


def note_not_sent(payment: Payment, refund: Refund) -> Payment:
    """Return the payment knowing that the latest send never left. Bookkeeping."""
    return _kept(payment, attrs.evolve(refund, sending_until=None))


def note_still_at_work(payment: Payment, refund: Refund, at: datetime) -> Payment:
    """Return the payment knowing that the provider works on a send of this refund right now. Bookkeeping."""
    return _kept(payment, attrs.evolve(refund, sending_until=at + LONGEST_AT_WORK))


def note_refused(payment: Payment, refund: Refund, why: str) -> Payment:
    """Return the payment knowing that the latest send is over and was refused; whether to believe it comes later."""
    return _kept(payment, attrs.evolve(refund, sending_until=None, failure=why[:1000]))


def refuse(payment: Payment, refund: Refund, at: datetime, why: str) -> Payment:
    """Return the payment after a refusal that is believed: an automatic refund is tried again for some days."""
    if not refund.is_automatic or refund.refusals >= len(REFUSAL_WAITS):
        return payment.apply([refusal(refund, at, why)])
    not_before = at + REFUSAL_WAITS[refund.refusals]
    retried = attrs.evolve(refund, refusals=refund.refusals + 1, not_before=not_before, failure=why[:1000])
    later = _kept(payment, retried)
    return later.scheduled(later.next_check(at))


def hold_stray(payment: Payment, gateway_id: GatewayId, note: str, at: datetime, by: str) -> Payment:
    """Return the payment with a stray held for the reason in *note*.

    Raises RefundRefused if it is not a stray or the note is empty, and RefundInProgress while it is being refunded.
    """
    attempt = stray(payment, gateway_id)
    if not note.strip():
        raise RefundRefused("A stray can only be held with a note that says why.")
    payment = make_way(payment, attempt, at)
    event = Event(kind=EventKind.STRAY_HELD, at=at, by=by, gateway_id=gateway_id, reason=note)
    return payment.apply([Change(event=event, attempt=attrs.evolve(attempt, note=note))])


def stray(payment: Payment, gateway_id: GatewayId) -> Attempt:
    """Return the stray capture of that attempt. Raises RefundRefused for any other."""
    attempt = payment.capture(gateway_id)
    if not attempt.is_stray:
        raise RefundRefused("This capture paid for the order. It is not a stray: refund the payment instead.")
    return attempt


def make_way(payment: Payment, attempt: Attempt, at: datetime) -> Payment:
    """Return the payment without an open refund of this capture. Raises RefundInProgress where one may be executed."""
    refund = payment.open_refund_of(attempt.gateway_id)
    if refund is None:
        return payment
    # it was never sent, or the latest send is known to be over
    nothing_in_doubt = refund.sending_until is None and refund.accepted_at is None
    if refund.is_automatic and nothing_in_doubt:
        return payment.apply([refusal(refund, at, REPLACED)])
    raise RefundInProgress("Another refund of this capture is still open. Wait until its outcome is known.")


def _kept(payment: Payment, refund: Refund) -> Payment:
    return attrs.evolve(payment, refunds=payment.with_refunds(refund))


def _requested(refund: Refund, override: str = "") -> Change:
    why = f"{refund.reason} (warnings overridden: {override})" if override else refund.reason
    event = event_about(EventKind.REFUND_REQUESTED, refund, refund.requested_at, refund.by, why)
    return Change(event=event, refund=refund)


def event_about(kind: EventKind, refund: Refund, at: datetime, by: str, reason: str) -> Event:
    """Return an event about *refund*, with its capture and its sum."""
    return Event(
        kind=kind,
        at=at,
        by=by,
        gateway_id=refund.gateway_id,
        refund_id=refund.id,
        amount=refund.amount,
        reason=reason[:1000],
    )
