"""Store: one store at a local Iamport; every part that keeps state, under one lock and with one clock; no I/O."""

from contextlib import AbstractContextManager
from decimal import Decimal

import attrs

from payments.entrypoints.sandbox.billing.billing import Billing
from payments.entrypoints.sandbox.billing.customers import Customers
from payments.entrypoints.sandbox.billing.schedules import Schedules
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.extras.certifications import Certifications
from payments.entrypoints.sandbox.extras.escrows import Escrows
from payments.entrypoints.sandbox.extras.naver import Naver
from payments.entrypoints.sandbox.extras.receipts import Receipts
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.prepared import Prepared
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.minor import minor
from payments.entrypoints.sandbox.portone.portone import PortOne
from payments.entrypoints.sandbox.portone.webhooks.face import PortOneFace
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.state.shelf import Shelf
from payments.entrypoints.sandbox.wire.tokens import Tokens
from payments.entrypoints.sandbox.wire.webhooks import Webhooks


@attrs.frozen(kw_only=True)
class Store:
    """The parts of one store; whoever reads or changes them holds `lock`."""

    lock: AbstractContextManager[object]
    clock: Clock
    book: Book
    billing: Billing
    tokens: Tokens
    certifications: Certifications
    receipts: Receipts
    escrows: Escrows
    naver: Naver
    portone: PortOne

    @classmethod
    def on(
        cls, shelf: Shelf, settings: SandboxSettings, clock: Clock, webhooks: Webhooks, face: PortOneFace
    ) -> "Store":
        """Return the store whose parts keep their state on *shelf*; *webhooks* report, those of V2 by *face*."""
        guesses, ids = settings.guesses, Ids(shelf.seed(settings.seed))
        book = Book(
            clock=clock,
            ids=ids,
            guesses=guesses,
            channels=settings.channels,
            shop_name=settings.shop_name,
            notify=webhooks.notify,
            past=shelf.history("payments"),
            prepared=Prepared(guesses, rows=shelf.table("prepares")),
        )
        billing = Billing(
            book,
            customers=Customers(guesses, rows=shelf.table("customers")),
            schedules=Schedules(guesses, rows=shelf.table("schedules")),
        )
        tokens = Tokens(settings.key, settings.secret, clock, ids, guesses)
        shelf.part("clock", clock)
        shelf.part("token", tokens)
        return cls(
            lock=shelf.lock,
            clock=clock,
            book=book,
            billing=billing,
            tokens=tokens,
            certifications=Certifications(clock, ids, guesses, rows=shelf.table("certifications")),
            receipts=Receipts(ids, rows=shelf.table("receipts")),
            escrows=Escrows(guesses, rows=shelf.table("parcels")),
            naver=Naver(ids, rows=shelf.table("naver_orders"), reviews=shelf.table("naver_reviews")),
            portone=PortOne.over(book, settings.portone, shelf.lock, webhooks, face, shelf.table),
        )

    def catch_up(self) -> None:
        """Do what is due by the clock: deadlines of accounts, and schedules."""
        with self.lock:
            self.book.catch_up()
            self.billing.catch_up()
            self.portone.catch_up()

    def next_at(self) -> float | None:
        """Return when the next schedule is due (UNIX seconds), None if none waits."""
        with self.lock:
            dues = (self.billing.schedules.next_at(), self.portone.schedules.next_at())
            return min((due for due in dues if due is not None), default=None)

    def console_cancel(self, imp_uid: str, amount: Decimal | None = None) -> PaymentRow:
        """Refund a payment of either generation in the console, all that is left by default."""
        row = self.book.payment(imp_uid)
        if not row.is_v2:
            return self.book.console_cancel(imp_uid, amount)
        return self.portone.desk.cancel_elsewhere(row, None if amount is None else minor(amount, row.currency))

    def finish_cancels(self) -> None:
        """Execute at once the cancels that a `slow` fault has put off."""
        self.book.finish_cancels()
        self.portone.desk.finish_cancels()
