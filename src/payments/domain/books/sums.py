"""What an accountant adds up: each movement of money, sums of movements, and the lines of a report.

Movement   money that came or went, once: a capture, or a refund that was done
Sum        all movements of one kind and group in a stretch of time, as a store adds them up
Line       a row of a report: what was captured and refunded in a group; strays, orphans and refunds elsewhere apart
Sheet      collects sums into lines

Amounts are in minor units of their currency. Test money in a live shop, or the other way round, is in no sum.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import attrs

from payments.domain.attempt import Attempt, Disposition
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus


class MovementKind(StrEnum):
    """What a movement is. A stray is a capture that pays for nothing; its refund gives it back.

    OUTSIDE is what was given back elsewhere. An orphan is a capture under our prefix without a payment.
    """

    CAPTURED = "captured"
    REFUNDED = "refunded"
    OUTSIDE = "outside"
    STRAY_CAPTURED = "stray_captured"
    STRAY_REFUNDED = "stray_refunded"
    STRAY_OUTSIDE = "stray_outside"
    ORPHAN_CAPTURED = "orphan_captured"
    ORPHAN_REFUNDED = "orphan_refunded"


class Grouping(StrEnum):
    """What the lines of a report are kept apart by, beside the currency."""

    DAY = "day"
    METHOD = "method"
    PROVIDER = "provider"
    PG = "pg"
    CHANNEL = "channel"


@attrs.frozen(kw_only=True, order=True)
class Group:
    """What money is told apart by. `method` is the one that was reported, else the one that was chosen."""

    currency: str
    method: str = ""
    provider: str = ""
    pg: str = ""
    channel: str = ""


@attrs.frozen(kw_only=True)
class Movement:
    """Money that came or went at a moment."""

    kind: MovementKind
    at: datetime
    amount: int
    group: Group


@attrs.frozen(kw_only=True)
class Sum:
    """How much moved, and how often."""

    kind: MovementKind
    group: Group
    amount: int
    count: int


@attrs.frozen(kw_only=True)
class Line:
    """A row of a report. Fields that its lines are not kept apart by are empty.

    `orphan_refunded` is what was refunded, up to now, of the orphans that were captured then.
    """

    day: date | None = None
    group: Group
    captured: int = 0
    captures: int = 0
    refunded: int = 0
    refunds: int = 0
    outside: int = 0
    stray_captured: int = 0
    stray_refunded: int = 0
    stray_outside: int = 0
    orphan_captured: int = 0
    orphan_refunded: int = 0

    @property
    def net(self) -> int:
        """What was captured, less what was refunded or given back elsewhere; without strays and orphans."""
        return self.captured - self.refunded - self.outside

    def plus(self, one: Sum) -> "Line":
        """Return the line with a sum added."""
        fields = {str(one.kind): getattr(self, one.kind) + one.amount}
        counted = _COUNTED.get(one.kind)
        return attrs.evolve(self, **fields, **({counted: getattr(self, counted) + one.count} if counted else {}))


_COUNTED: Final = {MovementKind.CAPTURED: "captures", MovementKind.REFUNDED: "refunds"}


@attrs.define
class Sheet:
    """Adds sums up into lines; it grows with the number of lines alone."""

    by: frozenset[Grouping]
    _lines: dict[tuple[date | None, Group], Line] = attrs.field(factory=dict)

    def add(self, day: date, sums: Iterable[Sum]) -> None:
        """Add the sums of one day."""
        on = day if Grouping.DAY in self.by else None
        for one in sums:
            group = Group(
                currency=one.group.currency,
                **{name: getattr(one.group, name) for name in self.by if name is not Grouping.DAY},
            )
            line = self._lines.get((on, group)) or Line(day=on, group=group)
            self._lines[on, group] = line.plus(one)

    def lines(self) -> list[Line]:
        """Return all lines, by day and then by group."""
        return [self._lines[key] for key in sorted(self._lines, key=lambda key: (key[0] or date.min, key[1]))]


def movements_of(payment: Payment) -> Iterator[Movement]:
    """Yield each movement of a payment's money."""
    for attempt in payment.attempts:
        if attempt.counts_as_money:
            kind = MovementKind.CAPTURED if _pays(attempt) else MovementKind.STRAY_CAPTURED
            amount = attempt.report.amount.minor
            yield Movement(kind=kind, at=payment.taken_at(attempt), amount=amount, group=_group(payment, attempt))
    for refund in payment.refunds:
        attempt_of = payment.attempt(refund.gateway_id)
        kinds = _GAVE_BACK.get(refund.status)
        if kinds and refund.done_at and attempt_of and attempt_of.counts_as_money:
            kind, group = kinds[0] if _pays(attempt_of) else kinds[1], _group(payment, attempt_of)
            yield Movement(kind=kind, at=refund.done_at, amount=refund.amount, group=group)


def movements_of_orphan(orphan: Orphan) -> Iterator[Movement]:
    """Yield what was captured without a payment here, and what of it was refunded up to now, both at its capture."""
    report = orphan.report
    group = Group(
        currency=report.amount.currency, method=report.method, provider=report.provider, pg=report.approval.pg
    )
    amounts = {
        MovementKind.ORPHAN_CAPTURED: report.amount.minor,
        MovementKind.ORPHAN_REFUNDED: report.refunded,
    }
    yield from (Movement(kind=k, at=orphan.taken_at, amount=a, group=group) for k, a in amounts.items() if a)


def sums_of(movements: Iterable[Movement]) -> list[Sum]:
    """Return the movements added up by kind and group."""
    found: dict[tuple[MovementKind, Group], tuple[int, int]] = {}
    for one in movements:
        amount, count = found.get((one.kind, one.group), (0, 0))
        found[one.kind, one.group] = (amount + one.amount, count + 1)
    return [Sum(kind=kind, group=group, amount=a, count=n) for (kind, group), (a, n) in sorted(found.items())]


_GAVE_BACK: Final = {
    RefundStatus.DONE: (MovementKind.REFUNDED, MovementKind.STRAY_REFUNDED),
    RefundStatus.OUTSIDE: (MovementKind.OUTSIDE, MovementKind.STRAY_OUTSIDE),
}


def _pays(attempt: Attempt) -> bool:
    return attempt.disposition is Disposition.ACCEPTED


def _group(payment: Payment, attempt: Attempt) -> Group:
    report = attempt.report
    return Group(
        currency=report.amount.currency,
        method=report.method or payment.method,
        provider=report.provider,
        pg=report.approval.pg,
        channel=payment.terms.channel,
    )
