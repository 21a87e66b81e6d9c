"""Questions: which records of money given back elsewhere a new refund of the provider puts in question."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import attrs

from payments.domain.event import EventKind, Source
from payments.domain.payment import Change, Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import event_about
from payments.domain.report import Report


def questioned(payment: Payment, report: Report, found: Sequence[Refund]) -> list[Refund]:
    """Return the records that do not count until an operator has decided, where the provider now reports *found*.

    A refund of the same sum that we did not send may be the same money. Records that no longer fit beside what the
    provider reports, and beside a refund of ours that may be executed, cannot all count: the latest are questioned.
    """
    ours = [r for r in payment.refunds if r.gateway_id == report.gateway_id and r.status is RefundStatus.OUTSIDE]
    sums = Counter(refund.amount for refund in found if refund.by == Source.EXTERNAL)
    same: list[Refund] = []
    others: list[Refund] = []
    for record in ours:
        (same if sums[record.amount] > 0 else others).append(record)
        sums[record.amount] -= 1
    room = report.remaining - _may_be_executed(payment, report, found)
    while sum(record.amount for record in others) > room:
        same.append(others.pop())
    return same


def question(record: Refund, at: datetime) -> Change:
    """Return the change that leaves a record to an operator: until then it does not count."""
    event = event_about(EventKind.OUTSIDE_QUESTIONED, record, at, Source.GATEWAY, record.reason)
    return Change(event=event, refund=attrs.evolve(record, status=RefundStatus.QUESTIONED, done_at=None))


def _may_be_executed(payment: Payment, report: Report, found: Sequence[Refund]) -> int:
    """Return the sum of the open refund that the provider may still execute; one that no longer fits is refused."""
    refund = payment.open_refund_of(report.gateway_id)
    if refund is None or refund.amount > report.remaining or any(one.id == refund.id for one in found):
        return 0
    return refund.amount
