"""Orphan: a capture under an id of ours, although we have no such payment: a restored backup, a row deleted by hand.

It is booked apart from the payments and held: only a person decides about it, in the provider's console.
"""

from datetime import datetime, timedelta
from typing import Final, Self

import attrs

from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.report import Report
from payments.domain.schedule import PAID_CHECKS, next_age
from payments.domain.values import GatewayId, aware, text

ORPHAN_CHECKS: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), *PAID_CHECKS)
"""Ages at which an orphan is checked again: what a person refunds in the console may send no webhook."""


@attrs.frozen(kw_only=True)
class Orphan:
    """The highest report of such a capture, and what an operator noted about it. `version` counts its changes."""

    report: Report
    found_at: datetime = attrs.field(validator=aware)
    note: str = attrs.field(default="", validator=text(0, 500))
    version: int = 0
    due_at: datetime | None = None
    new_events: tuple[Event, ...] = attrs.field(default=(), eq=False, repr=False)

    @property
    def gateway_id(self) -> GatewayId:
        return self.report.gateway_id

    @property
    def provider(self) -> str:
        return self.report.provider

    @property
    def taken_at(self) -> datetime:
        """When it was captured; where the provider does not say, when it was found."""
        return self.report.captured_at or self.found_at

    @property
    def is_open(self) -> bool:
        """Whether money is left here and no person has decided about it."""
        return self.report.remaining > 0 and not self.note

    @classmethod
    def found(cls, report: Report, at: datetime, by: str) -> Self:
        """Return a new orphan."""
        new = cls(report=report, found_at=at, due_at=next_age(at, at, ORPHAN_CHECKS))
        return new._with_event(EventKind.STRAYED, at, by, report.amount.minor, "orphan")

    def seen(self, report: Report, at: datetime, by: str) -> Self:
        """Return the orphan after another report of it; *self* where nothing is new. Raises ContractViolation."""
        joined = self.report.joined(report)
        if joined == self.report:
            return self
        known = attrs.evolve(self, report=joined)
        if joined.refunded == self.report.refunded:
            return known
        return known._with_event(EventKind.REFUNDED, at, by, joined.refunded - self.report.refunded, "external")

    def held(self, note: str, at: datetime, by: str) -> Self:
        """Return the orphan with an operator's note that says why it is held."""
        known = attrs.evolve(self, note=note)
        return known._with_event(EventKind.STRAY_HELD, at, by, self.report.remaining, note)

    def checked_at(self, now: datetime) -> Self:
        """Return the orphan due for its next check."""
        return attrs.evolve(self, due_at=next_age(self.found_at, now, ORPHAN_CHECKS))

    def _with_event(self, kind: EventKind, at: datetime, by: str, amount: int, reason: str) -> Self:
        version = self.version + 1
        event = Event(
            kind=kind,
            at=at,
            by=by,
            gateway_id=self.gateway_id,
            amount=amount,
            reason=reason,
            version=version,
            status=Status.CANCELLED,
        )
        return attrs.evolve(self, version=version, new_events=(*self.new_events, event))
