"""Store: one store at a local Iamport; every part that keeps state, under one lock and with one clock; no I/O."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import attrs

from payments.entrypoints.sandbox.billing.billing import Billing
from payments.entrypoints.sandbox.billing.customers import Customers
from payments.entrypoints.sandbox.billing.schedules import Schedules
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.extras.certifications import Certifications
from payments.entrypoints.sandbox.extras.escrows import Escrows
from payments.entrypoints.sandbox.extras.naver import Naver
from payments.entrypoints.sandbox.extras.receipts import Receipts
from payments.entrypoints.sandbox.payments.book import Book, Notice
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.prepared import Prepared
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.state.shelf import Shelf
from payments.entrypoints.sandbox.wire.tokens import Tokens


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

    @classmethod
    def on(cls, shelf: Shelf, settings: SandboxSettings, clock: Clock, notify: Callable[[Notice], object]) -> "Store":
        """Return the store whose parts keep their state on *shelf*; *notify* is called for what webhooks report."""
        guesses, ids = settings.guesses, Ids(shelf.seed(settings.seed))
        book = Book(
            clock=clock,
            ids=ids,
            guesses=guesses,
            channels=settings.channels,
            shop_name=settings.shop_name,
            notify=notify,
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
        )

    def catch_up(self) -> None:
        """Do what is due by the clock: deadlines of accounts, and schedules."""
        with self.lock:
            self.book.catch_up()
            self.billing.catch_up()
