"""PortOne: the V2 face of one store; what its routes, the faults and tests act on. Any thread may call it.

A test opens windows with `open_window` and plays everybody else with the methods of `Sandbox`, which act on payments of
both generations. What V2 alone has is here: `review`, `settle_cancels`, `dispute`, `issue_key`, ….
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import attrs

from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.access import AccessTokens, Idempotency
from payments.entrypoints.sandbox.portone.asking import payment_asked
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey, BillingKeys
from payments.entrypoints.sandbox.portone.billing.paying import Charges
from payments.entrypoints.sandbox.portone.billing.schedules import PortOneSchedules
from payments.entrypoints.sandbox.portone.book.desk import Desk
from payments.entrypoints.sandbox.portone.book.prepared import Registered
from payments.entrypoints.sandbox.portone.receipts import CashReceipts, in_payment
from payments.entrypoints.sandbox.portone.views.payment import Views
from payments.entrypoints.sandbox.portone.webhooks.confirming import objection_to
from payments.entrypoints.sandbox.portone.webhooks.face import PortOneFace
from payments.entrypoints.sandbox.portone.webhooks.shown import webhooks_of
from payments.entrypoints.sandbox.portone_settings import PortOneSettings
from payments.entrypoints.sandbox.wire.webhooks import Webhooks

TEST_CARD = Card("4242424242424242", "2099-12")


@attrs.frozen(kw_only=True)
class PortOne:
    """The parts of V2 over the book that both generations share; whoever reads or changes a part holds `lock`."""

    settings: PortOneSettings
    lock: AbstractContextManager[object]
    desk: Desk
    charges: Charges
    receipts: CashReceipts
    tokens: AccessTokens
    idempotency: Idempotency
    webhooks: Webhooks
    face: PortOneFace
    _address: list[str] = attrs.field(factory=lambda: [""], init=False)

    @classmethod
    def over(
        cls,
        book: Book,
        settings: PortOneSettings,
        lock: AbstractContextManager[object],
        webhooks: Webhooks,
        face: PortOneFace,
        table: Callable[[str], dict[Any, Any]],
    ) -> "PortOne":
        """Return the V2 side of *book*; its parts keep their rows in what *table* gives for a name."""
        desk = Desk(book, settings.guesses, Registered(settings.guesses, rows=table("v2_registered")))
        keys, schedules = BillingKeys(table("v2_keys")), PortOneSchedules(table("v2_schedules"))
        made = cls(
            settings=settings,
            lock=lock,
            desk=desk,
            charges=Charges(desk, keys, schedules),
            receipts=CashReceipts(book.ids, table("v2_receipts")),
            tokens=AccessTokens(settings, book.clock, book.ids),
            idempotency=Idempotency(settings, book.clock, table("v2_idempotency")),
            webhooks=webhooks,
            face=face,
        )
        made.charges.announce = made.announce
        return made

    @property
    def url(self) -> str:
        """Where V2's API answers, e.g. `http://127.0.0.1:4101`; '' until it is served."""
        return self._address[0]

    def served_at(self, base_url: str) -> None:
        """Set its own address."""
        self._address[0] = base_url.rstrip("/")

    def is_served_on(self, port: int) -> bool:
        """Return whether *port* is V2's own."""
        return bool(self.url) and urlsplit(self.url).port == port

    @property
    def book(self) -> Book:
        """The payments of both generations."""
        return self.desk.book

    @property
    def keys(self) -> BillingKeys:
        """The billing keys."""
        return self.charges.keys

    @property
    def schedules(self) -> PortOneSchedules:
        """The payments to come."""
        return self.charges.schedules

    # the buyer

    def open_window(self, payment_id: str, amount: int, **params: Any) -> str:
        """Call `PortOne.requestPayment` without a browser and return the new transaction id. Raises WindowRefused.

        *amount* is in minor units; *params* are requestPayment's own: orderName, payMethod, channelKey, noticeUrls, ….
        """
        asked = {
            "storeId": self.settings.store_id,
            "channelKey": self.settings.channels[0].key,
            "paymentId": payment_id,
            "orderName": payment_id,
            "totalAmount": amount,
            "currency": "KRW",
            "payMethod": "CARD",
        }
        if "channelGroupId" in params:
            del asked["channelKey"]
        return self.request_payment(asked | params).imp_uid

    def request_payment(self, params: dict[str, Any], **where: Any) -> PaymentRow:
        """Open a window for what a page passed to requestPayment; *where*: platform, page, user_agent."""
        request = payment_asked(params, self.settings, self.book.clock.now(), **where)
        with self.lock:
            self.catch_up()
            return self.desk.open(request)

    def payment(self, payment_id: str) -> PaymentRow:
        """Return the attempt that a payment shows. Raises CallRefused (404) if there is none."""
        with self.lock:
            return self.desk.get(payment_id)

    def awaits_agreement(self, transaction_id: str) -> bool:
        """Return whether the buyer's "pay" in the window takes no money yet, because the shop is to confirm it."""
        row = self.book.payment(transaction_id)
        facts = row.hidden.portone
        return row.status == "ready" and facts is not None and facts.manual and not facts.payment_token

    def agree(self, transaction_id: str, how: dict[str, Any]) -> PaymentRow:
        """Press "pay" in the window of a manual channel; the caller holds the lock."""
        return self.desk.agree(self.book.payment(transaction_id), how)

    def objection_to(self, row: PaymentRow) -> str | None:
        """Return why the shop's `confirmUrl` does not let *row* be paid, None if it does or there is none."""
        return objection_to(row, self.settings, self.face)

    # the bank, the console, the PG

    def review(self, transaction_id: str) -> PaymentRow:
        """The PG examines the payment: PAY_PENDING. `Sandbox.approve` or `decline` ends it."""
        with self.lock:
            return self.desk.review(self.book.payment(transaction_id))

    def settle_cancels(self, transaction_id: str, *, accepted: bool = True) -> PaymentRow:
        """The PG carries out, or refuses, the cancels that were taken on (REQUESTED)."""
        with self.lock:
            return self.desk.settle(self.book.payment(transaction_id), accepted=accepted)

    def charge_back(self, transaction_id: str, amount: int | None = None) -> PaymentRow:
        """The card company takes the money back; *amount* in minor units, all that is left by default."""
        with self.lock:
            return self.desk.cancel_elsewhere(self.book.payment(transaction_id), amount, "CHARGEBACK")

    def dispute(self, transaction_id: str, reason: str = "fraudulent") -> PaymentRow:
        """The buyer disputes the payment."""
        with self.lock:
            return self.desk.dispute(self.book.payment(transaction_id), reason)

    def resolve(self, transaction_id: str) -> PaymentRow:
        """The payment's disputes are over."""
        with self.lock:
            return self.desk.resolve(self.book.payment(transaction_id))

    def issue_key(self, card: Card = TEST_CARD, **about: Any) -> str:
        """Issue a billing key for a card, as a window does; *about*: customer, issue_id, ….

        Return the key.
        """
        channel = next(each for each in self.settings.channels if "billing" in each.key)
        with self.lock:
            return self.charges.issue(channel, card, **about).billing_key

    def refuse_key(self, billing_key: str, reason: str | None) -> BillingKey:
        """Have the bank refuse payments with a key from now on; a reason of None lets them pass again."""
        with self.lock:
            return self.keys.refuse(billing_key, reason)

    def catch_up(self) -> None:
        """Do what is due by the clock: cancels at work, and schedules."""
        self.desk.catch_up()
        self.charges.catch_up()

    # webhooks and views

    def announce(self, event: str, key: BillingKey) -> None:
        """Send a webhook about a billing key; the version of 2024-01-01 has none."""
        if self.settings.webhook_version == "2024-01-01":
            return
        urls = list(key.notice_urls) or ([self.settings.webhook_url] if self.settings.webhook_url else [])
        data = {"storeId": self.settings.store_id, "billingKey": key.billing_key}
        body = self.face.body(f"BillingKey.{event}", data)
        self.webhooks.send(key.billing_key, urls, body, message=self.face.new_id())

    def views(self) -> Views:
        """Return how the book is shown now; it reads the webhooks once."""
        by_id: dict[str, list[Any]] = {}
        for delivery in self.webhooks.deliveries:
            by_id.setdefault(delivery.imp_uid, []).append(delivery)
        return Views(
            self.settings,
            lambda transaction_id: webhooks_of(by_id.get(transaction_id, []), self.face),
            self._receipt_of,
        )

    def _receipt_of(self, row: PaymentRow) -> dict[str, Any] | None:
        receipt = self.receipts.find(row.merchant_uid) if row.is_v2 else None
        return in_payment(receipt) if receipt else None
