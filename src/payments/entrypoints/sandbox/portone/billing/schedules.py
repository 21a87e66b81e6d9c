"""PortOneSchedules: payments that a V2 billing key is to make later, each under a payment id of its own."""

import heapq
from typing import Any, Literal

import attrs

from payments.entrypoints.sandbox.portone.book.opening import PortOneRequest
from payments.entrypoints.sandbox.portone.errors import refused

Status = Literal["SCHEDULED", "STARTED", "SUCCEEDED", "FAILED", "REVOKED"]
PROCESSED = ("STARTED", "SUCCEEDED", "FAILED")


@attrs.frozen(kw_only=True)
class PortOneSchedule:
    """One payment to be made at `time_to_pay`; times in UNIX seconds, 0 for what has not happened."""

    id: str
    request: PortOneRequest
    time_to_pay: float
    created_at: int
    installment: int = 0
    status: Status = "SCHEDULED"
    started_at: int = 0
    completed_at: int = 0
    revoked_at: int = 0

    @property
    def billing_key(self) -> str:
        """The key that pays it."""
        return self.request.billing_key

    @property
    def payment_id(self) -> str:
        """What it pays."""
        return self.request.payment_id


@attrs.define
class PortOneSchedules:
    """All V2 schedules of the store, and which is due next."""

    rows: dict[str, Any] = attrs.field(factory=dict, repr=False)
    _due: list[tuple[float, int, str]] = attrs.field(factory=list, init=False)
    _queued: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        for schedule in self.rows.values():
            self._wait_for(schedule)

    def all(self) -> list[PortOneSchedule]:
        """Return all of them, oldest first."""
        return list(self.rows.values())

    def get(self, schedule_id: str) -> PortOneSchedule:
        """Return a schedule. Raises CallRefused (404) if there is none."""
        found: PortOneSchedule | None = self.rows.get(schedule_id)
        if found is None:
            raise refused("PAYMENT_SCHEDULE_NOT_FOUND")
        return found

    def waiting(self, *, payment_id: str = "", billing_key: str = "") -> list[PortOneSchedule]:
        """Return those that wait, of a payment or of a key."""
        return [
            schedule
            for schedule in self.rows.values()
            if schedule.status == "SCHEDULED"
            and payment_id in ("", schedule.payment_id)
            and billing_key in ("", schedule.billing_key)
        ]

    def keep(self, schedule: PortOneSchedule) -> PortOneSchedule:
        """Store a schedule, and return it."""
        self.rows[schedule.id] = schedule
        self._wait_for(schedule)
        return schedule

    def _wait_for(self, schedule: PortOneSchedule) -> None:
        if schedule.status == "SCHEDULED":
            self._queued += 1
            heapq.heappush(self._due, (schedule.time_to_pay, self._queued, schedule.id))

    def next_at(self) -> float | None:
        """Return when the next one is due (UNIX seconds), None if none waits."""
        while self._due and self.rows[self._due[0][2]].status != "SCHEDULED":
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take_due(self, now: float) -> PortOneSchedule | None:
        """Return the first schedule that is due at *now*, and take it off the queue; None if there is none."""
        at = self.next_at()
        if at is None or at > now:
            return None
        found: PortOneSchedule = self.rows[heapq.heappop(self._due)[2]]
        return found

    def revoke(self, billing_key: str, schedule_ids: list[str], now: int) -> list[PortOneSchedule]:
        """Revoke schedules of a key, by id, or both; all of them or none. Raises CallRefused."""
        if not schedule_ids:
            named = self.waiting(billing_key=billing_key)
        else:
            named = [self.get(schedule_id) for schedule_id in dict.fromkeys(schedule_ids)]
        if not named or any(billing_key not in ("", schedule.billing_key) for schedule in named):
            raise refused("PAYMENT_SCHEDULE_NOT_FOUND")
        for schedule in named:
            _check_waits(schedule)
        return [self.keep(attrs.evolve(schedule, status="REVOKED", revoked_at=now)) for schedule in named]


def _check_waits(schedule: PortOneSchedule) -> None:
    if schedule.status == "REVOKED":
        raise refused("PAYMENT_SCHEDULE_ALREADY_REVOKED")
    if schedule.status in PROCESSED:
        raise refused("PAYMENT_SCHEDULE_ALREADY_PROCESSED")
