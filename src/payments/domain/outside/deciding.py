"""What an operator says of money that was given back elsewhere. Each step is a pure change of a payment.

record   it was given back: it counts as gone, and nothing is sent
merge    it is the same money as a refund that the provider reports: it does not count beside that one
count    it is other money: it counts again
"""

from datetime import datetime
from typing import Final

import attrs

from payments.domain.attempt import Attempt, Disposition
from payments.domain.errors import BadInput, RefundRefused
from payments.domain.event import Event, EventKind, Reason, Source
from payments.domain.machine import Trigger
from payments.domain.money import whole
from payments.domain.payment import Change, Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import event_about, make_way
from payments.domain.values import GatewayId, RefundId, aware, text

DECIDE_FIRST: Final = (
    "The provider reports a refund that may be the same money as one recorded as given back elsewhere. Decide that "
    "first. Nothing was recorded."
)


@attrs.frozen(kw_only=True)
class GivenBack:
    """What was given back elsewhere: `amount` in minor units of the named capture (None: the accepted one).

    `note` says how and why. `at` is when it was given back; None: now. `seen` is what was left of the capture when the
    operator decided: after another refund they must look again.
    """

    amount: int
    note: str = attrs.field(validator=text(0, 200))
    gateway_id: GatewayId | None = None
    at: datetime | None = attrs.field(default=None, validator=attrs.validators.optional(aware))
    seen: int | None = None


def record(payment: Payment, given: GivenBack, refund_id: RefundId, at: datetime, by: str) -> Payment:
    """Return the payment knowing that money was given back elsewhere; cancelled, where nothing of it is left.

    An automatic refund that was not sent yet, or that the provider keeps refusing, gives way to it. Raises
    RefundRefused, also for more than is left, RefundInProgress while another refund is open, or BadInput.
    """
    attempt = payment.capture(given.gateway_id)
    _check(payment, attempt, given, at)
    payment = make_way(payment, attempt, at)
    row = Refund(
        id=refund_id,
        gateway_id=attempt.gateway_id,
        amount=given.amount,
        remainder=attempt.report.remaining,
        reason=given.note,
        by=by,
        requested_at=given.at or at,
        status=RefundStatus.OUTSIDE,
        done_at=given.at or at,
    )
    event = event_about(EventKind.REFUNDED_OUTSIDE, row, at, by, row.reason)
    return payment.apply([_gone(attempt, row, event)])


def merge(payment: Payment, refund_id: RefundId, at: datetime, by: str) -> Payment:
    """Return the payment knowing that a record is the same money as a refund that the provider reports.

    Raises RefundRefused where the provider reports no such money.
    """
    row = _recorded(payment, refund_id)
    if row.status is RefundStatus.MERGED:
        return payment
    attempt = payment.capture(row.gateway_id)
    if row.status is RefundStatus.OUTSIDE and row.amount > _made_elsewhere(payment, attempt):
        raise RefundRefused("The provider reports no refund that could be the same money. Nothing was changed.")
    outside = attempt.outside - (row.amount if row.status is RefundStatus.OUTSIDE else 0)
    merged = attrs.evolve(row, status=RefundStatus.MERGED, done_at=None)
    event = event_about(EventKind.OUTSIDE_MERGED, merged, at, by, merged.reason)
    return payment.apply([Change(event=event, refund=merged, attempt=attrs.evolve(attempt, outside=outside))])


def count(payment: Payment, refund_id: RefundId, at: datetime, by: str) -> Payment:
    """Return the payment knowing that a record in question is other money than the provider reports.

    Raises RefundRefused where it is not in question or more than is left, and RefundInProgress while a refund is open.
    """
    row = _recorded(payment, refund_id)
    if row.status is RefundStatus.OUTSIDE:
        return payment
    if row.status is RefundStatus.MERGED:
        raise RefundRefused("This was decided: it is the same money as a refund of the provider. Nothing was changed.")
    attempt = payment.capture(row.gateway_id)
    _check_left(attempt, row.amount, "Nothing was changed.")
    payment = make_way(payment, attempt, at)
    counted = attrs.evolve(row, status=RefundStatus.OUTSIDE, done_at=row.requested_at)
    return payment.apply(
        [_gone(attempt, counted, event_about(EventKind.OUTSIDE_COUNTED, counted, at, by, counted.reason))]
    )


def _check(payment: Payment, attempt: Attempt, given: GivenBack, at: datetime) -> None:
    whole(given.amount, least=1, what="A refund")
    if not given.note.strip():
        raise BadInput("Money given back elsewhere can only be recorded with a note that says how and why.")
    if not attempt.counts_as_money:
        raise RefundRefused("This capture is test money in a live shop, or the other way round. Nothing was recorded.")
    if given.at and not payment.taken_at(attempt) <= given.at <= at:
        raise BadInput("Money can only have been given back after it was captured, and not in the future.")
    if payment.questions_about(attempt.gateway_id):
        raise RefundRefused(DECIDE_FIRST)
    if given.seen not in (None, attempt.left):
        raise RefundRefused(f"Meanwhile {attempt.left} is left of this capture, not {given.seen}. Look again.")
    _check_left(attempt, given.amount, "Nothing was recorded.")


def _check_left(attempt: Attempt, amount: int, done: str) -> None:
    if amount > attempt.left:
        raise RefundRefused(f"{amount} cannot have been given back: {attempt.left} is left of this capture. {done}")


def _gone(attempt: Attempt, row: Refund, event: Event) -> Change:
    """Return the change by which the money of *row* counts as gone."""
    after = attrs.evolve(attempt, outside=attempt.outside + row.amount)
    in_full = after.left == 0 and after.disposition is Disposition.ACCEPTED
    trigger, reason = (Trigger.REFUNDED, Reason.REFUNDED) if in_full else (None, None)
    return Change(event=event, trigger=trigger, attempt=after, refund=row, reason=reason)


def _recorded(payment: Payment, refund_id: RefundId) -> Refund:
    row = payment.refund(refund_id)
    if not row.was_outside:
        raise RefundRefused("This refund was not recorded as given back elsewhere. Nothing was changed.")
    return row


def _made_elsewhere(payment: Payment, attempt: Attempt) -> int:
    """Return what the provider reports as refunded that we did not send, and that no record was merged with."""
    mine = [refund for refund in payment.refunds if refund.gateway_id == attempt.gateway_id]
    external = sum(r.amount for r in mine if r.by == Source.EXTERNAL and r.status is RefundStatus.DONE)
    return external - sum(r.amount for r in mine if r.status is RefundStatus.MERGED)
