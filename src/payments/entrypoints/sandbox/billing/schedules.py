"""Schedules: payments that a billing key is to make later, each under a merchant_uid of its own."""

import heapq
from collections.abc import Iterable
from typing import Any, Final, Literal

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.messages import SCHEDULE_EMPTY
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.row import PaymentRow

Status = Literal["scheduled", "executed", "revoked"]
STATUSES: Final = ("scheduled", "executed", "revoked")
BUYER_FIELDS: Final = ("buyer_name", "buyer_email", "buyer_tel", "buyer_addr", "buyer_postcode")


@attrs.frozen(kw_only=True)
class Schedule:
    """One payment to be made at `schedule_at`; times in UNIX seconds, 0 for what has not happened."""

    customer_uid: str
    schedule_at: int
    request: WindowRequest
    channel: Channel
    card_quota: int = 0
    customer_id: str | None = None
    status: Status = "scheduled"
    imp_uid: str | None = None
    executed_at: int = 0
    revoked_at: int = 0
    queued: int = 0
    """Its place among the schedules that are due at the same time."""

    @property
    def merchant_uid(self) -> str:
        """The order it pays."""
        return self.request.merchant_uid

    def again_at(self, schedule_at: int) -> "Schedule":
        """Return it waiting for another moment, as if it had never been tried."""
        return attrs.evolve(
            self, schedule_at=schedule_at, status="scheduled", imp_uid=None, executed_at=0, revoked_at=0
        )

    def shown(self, row: PaymentRow | None) -> dict[str, Any]:
        """Return it as the API shows it [OAS1 ScheduleResultAnnotation]; *row* is the payment it led to."""
        return {
            "customer_uid": self.customer_uid,
            "customer_id": self.customer_id,
            "merchant_uid": self.merchant_uid,
            "imp_uid": self.imp_uid,
            "schedule_at": self.schedule_at,
            "executed_at": self.executed_at,
            "revoked_at": self.revoked_at,
            "amount": self.request.amount,
            "currency": self.request.currency,
            "name": self.request.name or None,
            **{field: self.request.buyer.get(field) for field in BUYER_FIELDS},
            "custom_data": self.request.custom_data,
            "schedule_status": self.status,
            "payment_status": row.status if row else None,
            "fail_reason": row.fail_reason if row else None,
        }


@attrs.define
class Schedules:
    """All schedules of the store, and which is due next."""

    guesses: Guesses
    rows: dict[str, Schedule] = attrs.field(factory=dict, repr=False)
    _due: list[tuple[int, int, str]] = attrs.field(factory=list, init=False)
    _queued: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._queued = max((schedule.queued for schedule in self.rows.values()), default=0)
        for schedule in self.rows.values():
            self._wait_for(schedule)

    def __contains__(self, merchant_uid: str) -> bool:
        return merchant_uid in self.rows

    def all(self) -> Iterable[Schedule]:
        """Return all of them, oldest first."""
        return self.rows.values()

    def get(self, merchant_uid: str) -> Schedule:
        """Return a schedule. Raises CallRefused (404) if there is none."""
        if merchant_uid not in self.rows:
            raise CallRefused(Refusal(404, -1, self.guesses.schedule_unknown_text))
        return self.rows[merchant_uid]

    def keep(self, schedule: Schedule) -> Schedule:
        """Store a schedule; one that waits is due at its time, after those that were stored before it."""
        if schedule.status == "scheduled":
            self._queued += 1
            schedule = attrs.evolve(schedule, queued=self._queued)
        self.rows[schedule.merchant_uid] = schedule
        self._wait_for(schedule)
        return schedule

    def _wait_for(self, schedule: Schedule) -> None:
        if schedule.status == "scheduled":
            heapq.heappush(self._due, (schedule.schedule_at, schedule.queued, schedule.merchant_uid))

    def next_at(self) -> int | None:
        """Return when the next one is due (UNIX seconds), None if none waits."""
        while self._due and not self._waits(self._due[0]):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take_due(self, now: int) -> Schedule | None:
        """Return the first schedule that is due at *now*, and take it off the queue; None if there is none."""
        at = self.next_at()
        if at is None or at > now:
            return None
        return self.rows[heapq.heappop(self._due)[2]]

    def _waits(self, due: tuple[int, int, str]) -> bool:
        at, _, merchant_uid = due
        schedule = self.rows[merchant_uid]
        return schedule.status == "scheduled" and schedule.schedule_at == at

    def revoke(self, customer_uid: str, merchant_uids: list[str], now: int) -> list[Schedule]:
        """Revoke the waiting schedules of a key, of orders, or of both. Raises CallRefused if there is none."""
        found = [
            schedule
            for schedule in self.rows.values()
            if schedule.status == "scheduled"
            and customer_uid in ("", schedule.customer_uid)
            and (not merchant_uids or schedule.merchant_uid in merchant_uids)
        ]
        if not found:
            raise CallRefused(SCHEDULE_EMPTY)
        return [self.keep(attrs.evolve(schedule, status="revoked", revoked_at=now)) for schedule in found]

    def between(self, since: int, until: int, status: str = "", customer_uid: str = "") -> list[Schedule]:
        """Return those with since <= schedule_at < until, the latest first."""
        found = [
            schedule
            for schedule in self.rows.values()
            if since <= schedule.schedule_at < until
            and status in ("", schedule.status)
            and customer_uid in ("", schedule.customer_uid)
        ]
        return sorted(found, key=lambda schedule: schedule.schedule_at, reverse=True)
