"""Charges: V2 payments without a window, by a typed card or a billing key, at once or on schedule.

keys       `issue`, `issue_in_window`, `delete`
at once    `pay_with_card`, `pay_with_key`, `issue_account`
later      `schedule`, `revoke`, and `catch_up` when the clock says so
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from payments.entrypoints.sandbox.billing.cards import Card, has_expired
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.payments.rows import Notice
from payments.entrypoints.sandbox.portone.billing.keys import EXPIRED, BillingKey, BillingKeys
from payments.entrypoints.sandbox.portone.billing.schedules import PortOneSchedule, PortOneSchedules, Status
from payments.entrypoints.sandbox.portone.book.desk import Desk
from payments.entrypoints.sandbox.portone.book.opening import PortOneRequest
from payments.entrypoints.sandbox.portone.errors import refused, refused_by_pg

CARD_REFUSED = "REJECT_CARD_PAYMENT"
KEY_EVENTS = ("Ready", "Issued", "Failed", "Deleted")


def _silent(_event: str, _key: BillingKey) -> None:
    """Send no webhook about a key."""


@attrs.define
class Charges:
    """What billing keys and typed cards do in the book; no I/O. Whoever calls it holds the lock."""

    desk: Desk
    keys: BillingKeys
    schedules: PortOneSchedules
    announce: Callable[[str, BillingKey], object] = _silent
    """Called with what webhooks report of a key."""

    @property
    def _now(self) -> int:
        return self.desk.book.clock.now()

    # keys

    def new_key(self, channel: PortOneChannel, **about: Any) -> BillingKey:
        """Return a key that nobody has been issued yet."""
        billing_key = f"billing-key-{self.desk.book.ids.uuid()}"
        return BillingKey(billing_key=billing_key, channel_key=channel.key, requested_at=self._now, **about)

    def issue(self, channel: PortOneChannel, card: Card, **about: Any) -> BillingKey:
        """Issue a key for a typed card. Raises CallRefused if the PG refuses it."""
        if has_expired(card.expiry, self._now):
            raise refused_by_pg("INVALID_CARD_EXPIRATION", EXPIRED)
        fresh = self.new_key(channel, card=card.shown(channel.pg_provider), expiry=card.expiry, **about)
        return self.issued(fresh)

    def issued(self, key: BillingKey) -> BillingKey:
        """Store *key* as issued now, and report it."""
        kept = self.keys.keep(attrs.evolve(key, issued_at=self._now))
        self.announce("Issued", kept)
        return kept

    def delete(self, billing_key: str) -> BillingKey:
        """Delete a key. Raises CallRefused, also while schedules of it wait."""
        key = self.keys.usable(billing_key)
        if self.schedules.waiting(billing_key=billing_key):
            raise refused("PAYMENT_SCHEDULE_ALREADY_EXISTS")
        deleted = self.keys.keep(attrs.evolve(key, deleted_at=self._now))
        self.announce("Deleted", deleted)
        return deleted

    # at once

    def _check(self, payment_id: str) -> None:
        self.desk.check_attempts(payment_id)
        if self.schedules.waiting(payment_id=payment_id):
            raise refused("PAYMENT_SCHEDULE_ALREADY_EXISTS")

    def pay_with_card(self, request: PortOneRequest, card: Card, installment: int = 0) -> PaymentRow:
        """Pay once with a typed card. Raises CallRefused if it was not paid."""
        self._check(request.payment_id)
        refusal = EXPIRED if has_expired(card.expiry, self._now) else None
        return self._charged(request, card.shown(request.channel.pg_provider), refusal, installment)

    def pay_with_key(self, request: PortOneRequest, key: BillingKey, installment: int = 0) -> PaymentRow:
        """Pay with a key. Raises CallRefused if it was not paid."""
        self._check(request.payment_id)
        return self._charged(request, key.card, key.refusal(self._now), installment)

    def issue_account(self, request: PortOneRequest, bank_code: str, due: int, holder: str) -> PaymentRow:
        """Issue a virtual account without a window."""
        self._check(request.payment_id)
        return self.desk.book.assign_account(self.desk.create(request), bank_code, due, holder)

    def _charged(
        self, request: PortOneRequest, card: Mapping[str, Any], refusal: str | None, installment: int
    ) -> PaymentRow:
        row = self._charge(request, card, refusal, installment)
        if row.status == "failed":
            raise refused_by_pg(CARD_REFUSED, row.fail_reason or "")
        return row

    def _charge(
        self, request: PortOneRequest, card: Mapping[str, Any], refusal: str | None, installment: int = 0
    ) -> PaymentRow:
        """Return a new row, failed for *refusal* or paid; a webhook reports it unless the request wants none."""
        book = self.desk.book
        row = attrs.evolve(self.desk.create(request), pay_method="card", **card)
        if refusal is not None:
            row = paying.failed(row, refusal, self._now)
        else:
            row = row.with_status(
                "paid",
                self._now,
                paid_at=self._now,
                card_quota=installment,
                apply_num=book.ids.digits(8),
                pg_tid=f"{row.pg_id}0116{book.ids.digits(16)}",
                receipt_url=book.receipt_url(row.imp_uid),
            )
        book.store(row)
        if not request.skip_webhook:
            book.notify(Notice(row))
        return row

    # later

    def schedule(self, request: PortOneRequest, time_to_pay: float, installment: int = 0) -> PortOneSchedule:
        """Let a key pay later. Raises CallRefused."""
        self.keys.usable(request.billing_key)
        rows = self.desk.attempts(request.payment_id)
        if self.desk.paid_already(request.payment_id) or any(row.awaits_deposit for row in rows):
            raise refused("ALREADY_PAID_OR_WAITING")
        if self.schedules.waiting(payment_id=request.payment_id):
            raise refused("PAYMENT_SCHEDULE_ALREADY_EXISTS")
        if time_to_pay <= self._now:
            raise refused("INVALID_REQUEST", "timeToPay: must be in the future")
        schedule_id = f"schedule-{self.desk.book.ids.uuid()}"
        return self.schedules.keep(
            PortOneSchedule(
                id=schedule_id,
                request=attrs.evolve(request, schedule_id=schedule_id),
                time_to_pay=time_to_pay,
                created_at=self._now,
                installment=installment,
            )
        )

    def revoke(self, billing_key: str, schedule_ids: list[str]) -> list[PortOneSchedule]:
        """Revoke schedules, all that are named or none. Raises CallRefused."""
        if billing_key:
            self.keys.usable(billing_key)
        return self.schedules.revoke(billing_key, schedule_ids, self._now)

    def catch_up(self) -> None:
        """Try every schedule that has fallen due by the clock, in the order of their times."""
        while (schedule := self.schedules.take_due(self.desk.book.clock.exact())) is not None:
            self._execute(schedule)

    def _execute(self, schedule: PortOneSchedule) -> None:
        key = self.keys.find(schedule.billing_key)
        started = attrs.evolve(schedule, status="STARTED", started_at=self._now)
        try:
            self.desk.check_attempts(schedule.payment_id)
            refusal = key.refusal(self._now) if key and not key.deleted_at else "The billing key was deleted."
            row = self._charge(schedule.request, key.card if key else {}, refusal, schedule.installment)
            paid = row.status == "paid"
        except CallRefused:
            paid = False
        status: Status = "SUCCEEDED" if paid else "FAILED"
        self.schedules.keep(attrs.evolve(started, status=status, completed_at=self._now))
