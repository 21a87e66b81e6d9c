"""Sandbox: one store at a local Iamport, with its faults, webhooks and journal; what routes and tests act on.

A test plays the buyer with `open_window`, `approve`, `decline`, `issue_vbank`, `leave`; the bank with `deposit`; the
console with `console_cancel`, `resend_webhook`; the PG with `approve_late`, `cancel_at_pg`, `finish_cancels`. Any
thread may call them.
"""

from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import attrs

from payments.entrypoints.sandbox import seeding
from payments.entrypoints.sandbox.billing.billing import Billing
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import NotPossible, WindowRefused
from payments.entrypoints.sandbox.extras.asked_receipts import asking, with_cash_receipt
from payments.entrypoints.sandbox.extras.certifications import Certifications
from payments.entrypoints.sandbox.extras.escrows import Escrows
from payments.entrypoints.sandbox.extras.naver import Naver
from payments.entrypoints.sandbox.extras.receipts import Receipts
from payments.entrypoints.sandbox.faults.active import Faults
from payments.entrypoints.sandbox.faults.webhooks import StruckWebhooks
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.opening import WindowRequest
from payments.entrypoints.sandbox.payments.paying import PaymentDetails
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.payments.strict_pgs import choked_by, is_too_small
from payments.entrypoints.sandbox.portone.portone import PortOne
from payments.entrypoints.sandbox.portone.webhooks.face import PortOneFace
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.state.shelf import Shelf
from payments.entrypoints.sandbox.store import Store
from payments.entrypoints.sandbox.wire.confirming import objection_to
from payments.entrypoints.sandbox.wire.delivery import Delivery
from payments.entrypoints.sandbox.wire.faces import IamportFace
from payments.entrypoints.sandbox.wire.journal import Journal
from payments.entrypoints.sandbox.wire.tokens import Tokens
from payments.entrypoints.sandbox.wire.webhooks import Webhooks

DECLINED = "카드 한도초과"


@attrs.define(init=False)
class Sandbox:
    """A store and its surroundings. Raises InvalidFault, InvalidSeedData and UnusableStateFile for its settings."""

    settings: SandboxSettings
    clock: Clock
    faults: Faults
    webhooks: Webhooks
    journal: Journal
    store: Store
    shelf: Shelf
    base_url: str

    def __init__(self, settings: SandboxSettings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings = settings or SandboxSettings()
        self.clock, self.journal, self.base_url = clock or Clock(), Journal(), ""
        self.faults = Faults(settings.seed, settings.faults)
        self.shelf = shelf = Shelf.at(settings.state)
        try:
            ids = Ids(None if settings.seed is None else f"{shelf.seed(settings.seed)}:webhooks")
            face = PortOneFace(settings.portone, self.clock, ids)
            self.webhooks = Webhooks(
                self.clock,
                (IamportFace(settings), face),
                lock=shelf.lock,
                rows=shelf.table("webhooks"),
                urls=shelf.table("webhook_urls"),
                strike=StruckWebhooks(self.faults).send,
            )
            self.store = Store.on(shelf, settings, self.clock, self.webhooks, face)
            if settings.seed_data is not None and not shelf.starts:
                seeding.plant(self.store, seeding.read(settings.seed_data))
            shelf.open()
        except BaseException:
            shelf.close()
            raise

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Held by whoever reads or changes a part of the store; its release records the changes."""
        return self.store.lock

    @property
    def book(self) -> Book:
        """The payments."""
        return self.store.book

    @property
    def billing(self) -> Billing:
        """Billing keys and schedules."""
        return self.store.billing

    @property
    def tokens(self) -> Tokens:
        """The access token of the store's key."""
        return self.store.tokens

    @property
    def certifications(self) -> Certifications:
        """The identity checks."""
        return self.store.certifications

    @property
    def receipts(self) -> Receipts:
        """The cash receipts."""
        return self.store.receipts

    @property
    def escrows(self) -> Escrows:
        """The parcels of escrow payments."""
        return self.store.escrows

    @property
    def naver(self) -> Naver:
        """The product orders of Naver Pay."""
        return self.store.naver

    @property
    def portone(self) -> PortOne:
        """The V2 face of the store: its address, its settings, and what V2 alone has."""
        return self.store.portone

    @property
    def url(self) -> str:
        """Where the sandbox answers, e.g. `http://127.0.0.1:4100`; '' until it is served."""
        return self.base_url

    def served_at(self, base_url: str, v2_url: str = "") -> None:
        """Set the sandbox's own addresses, for receipts and windows, and send the webhooks that wait."""
        self.base_url = self.book.receipts_at = base_url.rstrip("/")
        self.portone.served_at(v2_url)
        self.webhooks.resume()

    def close(self) -> None:
        """Stop sending webhooks, and release the state file."""
        self.webhooks.close()
        self.shelf.close()

    def payment(self, imp_uid: str) -> PaymentRow:
        """Return a payment as it is. Raises CallRefused (404) if there is none."""
        with self.lock:
            return self.book.payment(imp_uid)

    def payments(self, merchant_uid: str) -> list[PaymentRow]:
        """Return the attempts under *merchant_uid*, oldest first."""
        with self.lock:
            return self.book.attempts(merchant_uid)

    # the buyer

    def open_window(self, merchant_uid: str, amount: int | Decimal, **params: Any) -> str:
        """Call `IMP.request_pay` without a browser and return the new imp_uid. Raises WindowRefused if no window opens.

        *params* are request_pay's own: pg, channelKey, pay_method, name, buyer_name, notice_url, confirm_url, ….
        """
        return self.request_pay({"merchant_uid": merchant_uid, "amount": amount, **params}).imp_uid

    def request_pay(self, params: dict[str, Any]) -> PaymentRow:
        """Open a window for what a page passed to request_pay."""
        request = WindowRequest.of(params, self.settings.guesses.bad_request_code)
        guesses = self.settings.guesses
        if self.settings.strict_minimums and is_too_small(request.amount, request.currency, request.pay_method):
            raise WindowRefused(guesses.declined_code, guesses.too_small_text)
        with self.lock:
            self.catch_up()
            return self.book.open(request, enforce_prepare=self.settings.enforce_prepare)

    def approve(self, imp_uid: str, method: str = "card", *, wait: float = 0, **details: Any) -> PaymentRow:
        """Press "pay": paid, or failed if the shop's `confirm_url` objects. *details*: card_code, bank_code, quota.

        *wait*: return once its webhook has ended, well or badly, or after so many seconds; 0 does not wait.
        """
        cash_receipt = str(details.pop("cash_receipt", ""))
        objection = self._objection(self._shown(imp_uid), method)
        with self.lock:
            if objection:
                row = self.book.decline(imp_uid, objection)
            elif self.portone.awaits_agreement(imp_uid):
                return self.portone.agree(imp_uid, {"method": method, **details})
            else:
                row = self.billing.issued_in_window(
                    self.book.approve(imp_uid, PaymentDetails(method=method, **details))
                )
            row = with_cash_receipt(self.book, self.receipts, asking(self.book, row, cash_receipt))
        return self._after_webhooks(row, wait)

    def decline(self, imp_uid: str, reason: str = DECLINED) -> PaymentRow:
        """Have the PG refuse, for *reason*; no webhook reports it."""
        self._shown(imp_uid)
        with self.lock:
            return self.book.decline(imp_uid, reason)

    def leave(self, imp_uid: str) -> tuple[PaymentRow, str]:
        """Cancel in the window (failed at inicis, ready at others): return the payment and the text its page gets."""
        with self.lock:
            return self.book.leave(imp_uid)

    def issue_vbank(self, imp_uid: str, bank_code: str = "088", cash_receipt: str = "") -> PaymentRow:
        """Choose a virtual account: ready, with a number to pay into.

        *cash_receipt* (person or company) is the receipt that its deposit gets.
        """
        self._shown(imp_uid)
        with self.lock:
            if self.portone.awaits_agreement(imp_uid):
                return self.portone.agree(imp_uid, {"method": "vbank", "bank_code": bank_code})
            row = asking(self.book, self.book.issue_account(imp_uid, bank_code), cash_receipt)
        return self._after_webhooks(row)

    # the bank, the console, the PG

    def deposit(self, imp_uid: str) -> PaymentRow:
        """Pay into the virtual account."""
        with self.lock:
            return with_cash_receipt(self.book, self.receipts, self.book.deposit(imp_uid))

    def console_cancel(self, imp_uid: str, amount: int | Decimal | None = None) -> PaymentRow:
        """Refund in the console, all that is left by default; its webhook goes out."""
        with self.lock:
            return self.store.console_cancel(imp_uid, None if amount is None else Decimal(amount))

    def finish_cancels(self) -> None:
        """Execute at once the cancels that a `slow` fault has put off."""
        with self.lock:
            self.store.finish_cancels()

    def approve_late(self, imp_uid: str) -> PaymentRow:
        """Approve after a failure, as PayPal and Paymentwall do; its webhook goes out."""
        with self.lock:
            return self.billing.issued_in_window(self.book.approve_late(imp_uid))

    def cancel_at_pg(self, imp_uid: str) -> PaymentRow:
        """Cancel in the PG's own admin page, which Iamport never hears of."""
        with self.lock:
            return self.book.cancel_at_pg(imp_uid)

    def resend_webhook(self, imp_uid: str) -> list[Delivery]:
        """Send a payment's newest webhook once more."""
        return self.webhooks.resend(imp_uid)

    def move_clock(self, seconds: float) -> int:
        """Move the clock ahead and do what becomes due on the way; return the new time (UNIX seconds)."""
        with self.lock:
            goal = self.clock.exact() + seconds
            while (due := self.store.next_at()) is not None and due <= goal:
                self.clock.move_to(due)
                self.catch_up()
            now = self.clock.move(seconds) if seconds < 0 else self.clock.move_to(goal)
            self.catch_up()
        self.webhooks.wake()
        return now

    def catch_up(self) -> None:
        """Do what is due by the clock; every call of the API does so first."""
        self.store.catch_up()

    def is_due(self) -> bool:
        """Return whether a schedule is due."""
        due = self.store.next_at()
        return due is not None and due <= self.clock.exact()

    def refuse_key(self, customer_uid: str, reason: str | None = DECLINED) -> None:
        """Have the bank refuse payments with a billing key from now on; a reason of None lets them pass again."""
        with self.lock:
            self.billing.customers.refuse(customer_uid, reason)

    def choked_by(self, row: PaymentRow) -> str:
        """Return what leaves the window of *row* white, with `strict_names`; '' if it shows."""
        return choked_by(row) if self.settings.strict_names and row.status == "ready" else ""

    def _shown(self, imp_uid: str) -> PaymentRow:
        """Return a payment whose buyer sees a window. Raises NotPossible if it is white."""
        row = self.payment(imp_uid)
        if choked := self.choked_by(row):
            raise NotPossible(f"the window of {imp_uid} is white, and nothing in it can be pressed ({choked})")
        return row

    def _objection(self, row: PaymentRow, method: str) -> str | None:
        """Return why the PG, or else the shop's `confirm_url`, does not let it be paid."""
        if row.is_v2:
            self.portone.desk.check_window(row)
            return self.portone.objection_to(row)
        if self.settings.strict_minimums and is_too_small(row.amount, row.currency, method):
            return self.settings.guesses.too_small_text
        return objection_to(row, self.settings.confirm_timeout)

    def _after_webhooks(self, row: PaymentRow, wait: float = 0) -> PaymentRow:
        if self.settings.webhook_first:
            for delivery in self.webhooks.of(row.imp_uid):
                delivery.wait()
        elif wait:
            self.webhooks.wait(wait, row.imp_uid)
        return row
