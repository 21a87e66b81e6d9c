"""Billing: payments without a window, by a typed card or a billing key, at once or on schedule.

keys       `issue`, `issued_in_window`, `forget`
at once    `pay_with_card`, `pay_again`
later      `schedule`, `unschedule`, `move`, `reschedule`, `retry`, and `catch_up` when the clock says so
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.billing import customers
from payments.entrypoints.sandbox.billing.cards import Card, has_expired
from payments.entrypoints.sandbox.billing.customers import Customer, Customers
from payments.entrypoints.sandbox.billing.schedules import Schedule, Schedules
from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.payments import paying
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.channels import Channel, choose
from payments.entrypoints.sandbox.payments.messages import (
    ALREADY_PAID,
    CARD_REFUSED,
    CUSTOMER_UNKNOWN_AGAIN,
    CUSTOMER_UNKNOWN_SCHEDULE,
    INICIS_NEEDS_NAME,
    KEY_REFUSED,
)
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.row import PaymentRow

API: Final = "api_payment"


@attrs.frozen(kw_only=True)
class KeyRequest:
    """A billing key asked for with a typed card; `about`: customer_id and the `customer_…` fields."""

    customer_uid: str
    card: Card
    pg: str = ""
    about: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class ScheduleRequest:
    """One payment to be made later, in UNIX seconds."""

    schedule_at: int
    request: WindowRequest
    card_quota: int = 0


@attrs.define
class Billing:
    """What the store's billing keys do in its book; no I/O."""

    book: Book
    customers: Customers = attrs.field(
        default=attrs.Factory(lambda self: Customers(self.book.guesses), takes_self=True)
    )
    schedules: Schedules = attrs.field(
        default=attrs.Factory(lambda self: Schedules(self.book.guesses), takes_self=True)
    )

    # keys

    def issue(self, request: KeyRequest, refused: Refusal = KEY_REFUSED) -> Customer:
        """Issue a key for a typed card, or put the card in the place of the one it had."""
        now = self.book.clock.now()
        if has_expired(request.card.expiry, now):
            raise CallRefused(refused.about(self.book.guesses.card_expired_text))
        return self.customers.keep(
            customers.of_card(request.card, request.customer_uid, self._api_channel(request.pg), request.about, now)
        )

    def issued_in_window(self, row: PaymentRow) -> PaymentRow:
        """Store the key of a window that was opened with a `customer_uid` and has just been paid."""
        if row.status == "paid" and row.customer_uid and row.customer_uid_usage == "issue":
            self.customers.keep(customers.of_window(row, row.customer_uid))
        return row

    def forget(self, customer_uid: str) -> Customer:
        """Delete a key; what happens to its schedules is a guess."""
        customer = self.customers.forget(customer_uid)
        if self.book.guesses.schedules_of_deleted_key == "revoked" and self._waiting_of(customer_uid):
            self.schedules.revoke(customer_uid, [], self.book.clock.now())
        return customer

    def _waiting_of(self, customer_uid: str) -> bool:
        return any(row.customer_uid == customer_uid and row.status == "scheduled" for row in self.schedules.all())

    def _api_channel(self, pg: str) -> Channel:
        """Return the channel of *pg*, or the first one for payments by API [OAS1]."""
        keyed = tuple(channel for channel in self.book.channels if channel.type == API) or self.book.channels
        chosen = choose(keyed, pg=pg)
        return chosen or keyed[0]

    # at once

    def pay_with_card(self, request: WindowRequest, card: Card, about: Mapping[str, Any], quota: int = 0) -> PaymentRow:
        """Pay once with a typed card; its key is stored if `request.customer_uid` names one [OAS1]."""
        self._check_unpaid(request.merchant_uid)
        channel, now = self._api_channel(request.pg), self.book.clock.now()
        if has_expired(card.expiry, now):
            raise CallRefused(CARD_REFUSED.about(self.book.guesses.card_expired_text))
        payer = customers.of_card(card, request.customer_uid or "", channel, about, now)
        row = self._charge(request, payer.channel(), payer, "payment" if request.customer_uid else None, None, quota)
        if request.customer_uid:
            self.customers.keep(payer)
        return self.book.store_and_notify(row)

    def pay_again(self, customer_uid: str, request: WindowRequest, quota: int = 0) -> PaymentRow:
        """Pay with a key: the payment is paid or, if the bank refuses, failed; only success sends a webhook."""
        payer = self.payer(customer_uid)
        self._check_unpaid(request.merchant_uid, self.book.guesses.again_paid_code)
        self._check_name(request, payer)
        row = self._charge(request, payer.channel(), payer, "payment", self._refusal(payer), quota)
        return self.book.store_and_notify(row) if row.status == "paid" else row

    def payer(self, customer_uid: str) -> Customer:
        """Return the key that is to pay. Raises CallRefused before anything else about the payment is looked at."""
        payer = self.customers.find(customer_uid)
        if payer is None:
            raise CallRefused(CUSTOMER_UNKNOWN_AGAIN)
        return payer

    def _check_name(self, request: WindowRequest, payer: Customer) -> None:
        if payer.pg_provider == "html5_inicis" and not request.name:
            raise CallRefused(INICIS_NEEDS_NAME)

    def _refusal(self, payer: Customer) -> str | None:
        return payer.refusal(self.book.clock.now(), self.book.guesses)

    def _check_unpaid(self, merchant_uid: str, code: int = 1) -> None:
        if self.book.was_paid(merchant_uid):
            raise CallRefused(Refusal(200, code, ALREADY_PAID))

    def _charge(
        self,
        request: WindowRequest,
        channel: Channel,
        payer: Customer | None,
        usage: str | None,
        refusal: str | None,
        quota: int = 0,
    ) -> PaymentRow:
        """Return a new row, failed for *refusal* or paid by *payer*."""
        customer_uid = (payer.customer_uid or None) if payer else request.customer_uid
        row = self.book.create(attrs.evolve(request, customer_uid=customer_uid), channel, "imps")
        row = attrs.evolve(row, pay_method="card", customer_uid_usage=usage, **(payer.card() if payer else {}))
        now, ids = self.book.clock.now(), self.book.ids
        if refusal is not None or payer is None:
            return self.book.store(paying.failed(row, refusal or CUSTOMER_UNKNOWN_AGAIN.message, now))
        paid = row.with_status(
            "paid",
            now,
            paid_at=now,
            card_quota=quota,
            apply_num=ids.digits(8),
            pg_tid=f"{row.pg_id}0116{ids.digits(16)}",
            receipt_url=self.book.receipt_url(row.imp_uid),
        )
        return self.book.store(paid)

    # later

    def schedule(
        self,
        customer_uid: str,
        requests: list[ScheduleRequest],
        key: KeyRequest | None = None,
        checking_amount: Decimal | None = None,
    ) -> list[Schedule]:
        """Schedule all of *requests* or none; a typed card issues the key if there is none yet [OAS1]."""
        self._check(requests)
        payer = self.customers.find(customer_uid) or (self.issue(key) if key else None)
        if payer is None:
            raise CallRefused(CUSTOMER_UNKNOWN_SCHEDULE)
        for each in requests:
            self._check_name(each.request, payer)
        if checking_amount:
            self._check_card(payer, checking_amount)
        return [self._add(payer, each) for each in requests]

    def _check(self, requests: list[ScheduleRequest]) -> None:
        guesses, seen = self.book.guesses, set[str]()
        for each in requests:
            if each.request.merchant_uid in self.schedules or each.request.merchant_uid in seen:
                raise CallRefused(Refusal(200, 1, guesses.schedule_taken_text))
            if each.schedule_at < self.book.clock.now() and guesses.schedule_in_the_past == "refused":
                raise CallRefused(Refusal(200, 1, guesses.schedule_past_text))
            self._check_unpaid(each.request.merchant_uid)
            seen.add(each.request.merchant_uid)

    def _check_card(self, payer: Customer, amount: Decimal) -> None:
        """Try the card with a payment that is refunded at once [OAS1 checking_amount]."""
        refusal = self._refusal(payer)
        if refusal is not None:
            raise CallRefused(CARD_REFUSED.about(refusal))
        request = WindowRequest(merchant_uid=f"checking_{self.book.ids.digits(16)}", amount=amount, channel="api")
        row = self._charge(request, payer.channel(), payer, "payment", None)
        self.book.cancel(CancelRequest(imp_uid=row.imp_uid, reason=self.book.guesses.card_check_reason))

    def _add(self, payer: Customer, asked: ScheduleRequest) -> Schedule:
        """Store one schedule; its buyer is the key's customer unless it names one [OAS1]."""
        given = {field: value for field, value in asked.request.buyer.items() if value}
        request = attrs.evolve(asked.request, customer_uid=payer.customer_uid, buyer={**payer.buyer(), **given})
        return self.schedules.keep(
            Schedule(
                customer_uid=payer.customer_uid,
                customer_id=payer.customer_id,
                schedule_at=asked.schedule_at,
                request=request,
                channel=payer.channel(),
                card_quota=asked.card_quota,
            )
        )

    def unschedule(self, customer_uid: str, merchant_uids: list[str]) -> list[Schedule]:
        """Revoke the waiting schedules of a key, of orders, or of both."""
        return self.schedules.revoke(customer_uid, merchant_uids, self.book.clock.now())

    def move(self, merchant_uid: str, schedule_at: int) -> Schedule:
        """Let a waiting schedule wait for another moment."""
        schedule = self.schedules.get(merchant_uid)
        if schedule.status != "scheduled":
            raise CallRefused(Refusal(400, -1, self.book.guesses.schedule_over_text))
        return self.schedules.keep(schedule.again_at(self._to_come(schedule_at)))

    def reschedule(self, merchant_uid: str, schedule_at: int) -> Schedule:
        """Schedule again what failed or was revoked."""
        schedule = self._repeatable(merchant_uid)
        return self.schedules.keep(schedule.again_at(self._to_come(schedule_at)))

    def retry(self, merchant_uid: str) -> PaymentRow:
        """Try again now what failed or was revoked; 404 if the key was deleted [OAS1]."""
        schedule = self._repeatable(merchant_uid)
        if self.customers.find(schedule.customer_uid) is None:
            raise CallRefused(attrs.evolve(CUSTOMER_UNKNOWN_AGAIN, http=404))
        return self._execute(schedule)

    def _to_come(self, schedule_at: int) -> int:
        if schedule_at < self.book.clock.now():
            raise CallRefused(Refusal(400, -1, self.book.guesses.schedule_past_text))
        return schedule_at

    def _repeatable(self, merchant_uid: str) -> Schedule:
        schedule = self.schedules.get(merchant_uid)
        row = self.payment_of(schedule)
        if schedule.status == "scheduled" or (row is not None and row.status != "failed"):
            raise CallRefused(Refusal(400, -1, self.book.guesses.schedule_not_failed_text))
        return schedule

    def payment_of(self, schedule: Schedule) -> PaymentRow | None:
        """Return the payment that a schedule led to, None before."""
        return self.book.payment(schedule.imp_uid) if schedule.imp_uid else None

    def catch_up(self) -> None:
        """Try every schedule that has fallen due by the clock, in the order of their times."""
        while (schedule := self.schedules.take_due(self.book.clock.now())) is not None:
            self._execute(schedule)

    def _execute(self, schedule: Schedule) -> PaymentRow:
        """Try a schedule now; paid or failed, a webhook reports it [D:webhook]."""
        payer = self.customers.find(schedule.customer_uid)
        already_paid = ALREADY_PAID if self.book.was_paid(schedule.merchant_uid) else None
        refusal = already_paid or (self._refusal(payer) if payer else None)
        channel = payer.channel() if payer else schedule.channel
        row = self._charge(schedule.request, channel, payer, "payment.scheduled", refusal, schedule.card_quota)
        self.schedules.keep(
            attrs.evolve(
                schedule, status="executed", imp_uid=row.imp_uid, executed_at=self.book.clock.now(), revoked_at=0
            )
        )
        return self.book.store_and_notify(row)
