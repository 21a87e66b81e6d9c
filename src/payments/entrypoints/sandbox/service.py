"""Sandbox: one store at a local Iamport, with everything that belongs to it; what the HTTP routes and tests act on.

A test plays the buyer with `open_window`, `approve`, `decline`, `issue_vbank`, `leave`; the bank with `deposit`; the
console with `console_cancel`, `resend_webhook`; the PG with `approve_late`, `cancel_at_pg`. Any thread may call them.
"""

import threading
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import attrs
import requests

from payments.entrypoints.sandbox import seeding
from payments.entrypoints.sandbox.billing.billing import Billing
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.extras.certifications import Certifications
from payments.entrypoints.sandbox.extras.escrows import Escrows
from payments.entrypoints.sandbox.extras.naver import Naver
from payments.entrypoints.sandbox.extras.receipts import Receipts
from payments.entrypoints.sandbox.faults.armed import Faults
from payments.entrypoints.sandbox.faults.webhooks import StruckWebhooks
from payments.entrypoints.sandbox.payments.book import Book, Notice
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.messages import CONFIRM_REASON_UNKNOWN, CONFIRM_REFUSED
from payments.entrypoints.sandbox.payments.opening import WindowAsk
from payments.entrypoints.sandbox.payments.paying import How
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.payments.webhooks import Delivery, Webhooks
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.state.remembering import Memory
from payments.entrypoints.sandbox.state.state import StateFile
from payments.entrypoints.sandbox.wire.journal import Journal
from payments.entrypoints.sandbox.wire.tokens import TokenDesk

DECLINED = "카드 한도초과"


@attrs.define(init=False)
class Sandbox:
    """A book, its clock, tokens, webhooks and the journal of calls, under one lock."""

    settings: SandboxSettings
    clock: Clock
    book: Book
    billing: Billing
    tokens: TokenDesk
    webhooks: Webhooks
    journal: Journal
    certifications: Certifications
    receipts: Receipts
    escrows: Escrows
    naver: Naver
    faults: Faults
    lock: AbstractContextManager[object]
    memory: Memory | None
    base_url: str

    def __init__(self, settings: SandboxSettings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings = settings or SandboxSettings()
        self.clock = clock = clock or Clock()
        ids = Ids(settings.seed)
        self.faults = Faults(settings.seed, settings.faults)
        self.webhooks = Webhooks(settings, clock, strike=StruckWebhooks(self.faults).send)
        self.book = Book(
            clock=clock,
            ids=ids,
            guesses=settings.guesses,
            channels=settings.channels,
            shop_name=settings.shop_name,
            notify=self._notify,
        )
        self.billing = Billing(self.book)
        self.tokens = TokenDesk(settings.key, settings.secret, clock, ids, settings.guesses)
        self.journal = Journal()
        self.certifications = Certifications(clock, ids, settings.guesses)
        self.receipts, self.escrows, self.naver = Receipts(ids), Escrows(settings.guesses), Naver(ids)
        self.lock, self.memory = threading.RLock(), None
        self.base_url = ""
        if settings.state is not None:
            self._remember(Memory(StateFile(settings.state)))
        elif settings.seed_data is not None:
            seeding.plant(self, seeding.read(settings.seed_data))

    def _remember(self, memory: Memory) -> None:
        """Go on where *memory* ends, and keep it from now on."""
        try:
            memory.recall(self)
            if memory.starts:
                self.book.ids.begin(memory.seed(self.settings.seed))
            elif self.settings.seed_data is not None:
                seeding.plant(self, seeding.read(self.settings.seed_data))
            memory.attach(self)
        except BaseException:
            memory.close()
            raise
        self.lock, self.memory = memory.lock, memory

    @property
    def url(self) -> str:
        """Where the sandbox answers, e.g. `http://127.0.0.1:4100`; '' until it is served."""
        return self.base_url

    def served_at(self, base_url: str) -> None:
        """Learn the sandbox's own address, for receipts and windows."""
        self.base_url = self.book.receipts_at = base_url.rstrip("/")
        self.webhooks.resume()

    def close(self) -> None:
        """Stop sending webhooks, and let go of the state file."""
        self.webhooks.close()
        if self.memory is not None:
            self.memory.close()

    def seen(self, imp_uid: str) -> PaymentRow:
        """Return a payment as the API shows it."""
        return self.book.payment(imp_uid)

    def payment(self, imp_uid: str) -> PaymentRow:
        """Return a payment as it is; RefusedError (404) if there is none."""
        with self.lock:
            return self.book.payment(imp_uid)

    def payments(self, merchant_uid: str) -> list[PaymentRow]:
        """Return the attempts under *merchant_uid*, oldest first."""
        with self.lock:
            return self.book.by_merchant_uid(merchant_uid)

    # the buyer

    def open_window(self, merchant_uid: str, amount: int | Decimal, **params: Any) -> str:
        """Call `IMP.request_pay` without a browser: the new imp_uid; WindowRefusedError where no window opens.

        *params* are request_pay's own: pg, channelKey, pay_method, name, buyer_name, notice_url, confirm_url, ….
        """
        return self.request_pay({"merchant_uid": merchant_uid, "amount": amount, **params}).imp_uid

    def request_pay(self, params: dict[str, Any]) -> PaymentRow:
        """Open a window for what a page passed to request_pay."""
        ask = WindowAsk.of(params, self.settings.guesses.bad_request_code)
        with self.lock:
            self.catch_up()
            return self.book.open(ask, enforce_prepare=self.settings.enforce_prepare)

    def approve(self, imp_uid: str, method: str = "card", **how: Any) -> PaymentRow:
        """Press "pay": paid, or failed where the shop's `confirm_url` objects. *how*: card_code, bank_code, quota."""
        objection = self._objection(self.payment(imp_uid))
        with self.lock:
            row = (
                self.book.decline(imp_uid, objection)
                if objection
                else self.billing.issued_in_window(self.book.approve(imp_uid, How(method=method, **how)))
            )
        return self._after_webhooks(row)

    def decline(self, imp_uid: str, reason: str = DECLINED) -> PaymentRow:
        """Have the PG refuse, for *reason*; no webhook tells."""
        with self.lock:
            return self.book.decline(imp_uid, reason)

    def leave(self, imp_uid: str) -> tuple[PaymentRow, str]:
        """Cancel in the window (failed at inicis, ready at other PGs): the row and the text its page hears."""
        with self.lock:
            return self.book.leave(imp_uid)

    def issue_vbank(self, imp_uid: str, bank_code: str = "088") -> PaymentRow:
        """Choose a virtual account: ready, with a number to pay into."""
        with self.lock:
            row = self.book.issue_account(imp_uid, bank_code)
        return self._after_webhooks(row)

    # the bank, the console, the PG

    def deposit(self, imp_uid: str) -> PaymentRow:
        """Pay into the virtual account."""
        with self.lock:
            return self.book.deposit(imp_uid)

    def console_cancel(self, imp_uid: str, amount: int | Decimal | None = None) -> PaymentRow:
        """Refund in the console, all that is left by default; its webhook goes out."""
        with self.lock:
            return self.book.console_cancel(imp_uid, None if amount is None else Decimal(amount))

    def approve_late(self, imp_uid: str) -> PaymentRow:
        """Approve after a failure, as PayPal and Paymentwall do; its webhook goes out."""
        with self.lock:
            return self.billing.issued_in_window(self.book.approve_late(imp_uid))

    def cancel_at_pg(self, imp_uid: str) -> PaymentRow:
        """Cancel in the PG's own admin page, which Iamport never learns."""
        with self.lock:
            return self.book.cancel_at_pg(imp_uid)

    def resend_webhook(self, imp_uid: str) -> list[Delivery]:
        """Send a payment's newest webhook once more."""
        return self.webhooks.resend(imp_uid)

    def move_clock(self, seconds: float) -> int:
        """Go ahead in time and let what falls due happen; return the new UNIX time."""
        with self.lock:
            goal = self.clock.exact() + seconds
            while (due := self.billing.schedules.next_at()) is not None and due <= goal:
                self.clock.move_to(due)
                self.catch_up()
            now = self.clock.move(seconds) if seconds < 0 else self.clock.move_to(goal)
            self.catch_up()
        self.webhooks.look()
        return now

    def catch_up(self) -> None:
        """Do what has fallen due by the clock; every call does so first."""
        with self.lock:
            self.book.catch_up()
            self.billing.catch_up()

    def is_due(self) -> bool:
        """Whether a schedule waits to be tried."""
        with self.lock:
            due = self.billing.schedules.next_at()
            return due is not None and due <= self.clock.now()

    def refuse_key(self, customer_uid: str, reason: str | None = DECLINED) -> None:
        """Have the bank refuse payments with a billing key from now on; a reason of None lets them pass again."""
        with self.lock:
            self.billing.customers.refuse(customer_uid, reason)

    def _notify(self, notice: Notice) -> None:
        self.webhooks.tell(notice)

    def _after_webhooks(self, row: PaymentRow) -> PaymentRow:
        if self.settings.webhook_first:
            for delivery in self.webhooks.of(row.imp_uid):
                delivery.wait()
        return row

    def _objection(self, row: PaymentRow) -> str | None:
        if not row.behind.confirm_url or row.status != "ready":
            return None
        body = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "amount": float(row.amount)}
        if row.amount == int(row.amount):
            body["amount"] = int(row.amount)
        reason = CONFIRM_REASON_UNKNOWN
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    row.behind.confirm_url, json=body, timeout=self.settings.confirm_timeout, allow_redirects=False
                )
            if answer.status_code == 200:
                return None
            reason = str(answer.json()["reason"])
        except (requests.RequestException, ValueError, KeyError, TypeError):
            pass  # no answer and an answer without a reason both stop the payment, for a reason unknown
        return CONFIRM_REFUSED.replace("{}", reason)
