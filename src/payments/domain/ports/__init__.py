"""What the domain asks of the outside. All ports are coroutines: an adapter may block, suspend or be simulated.

PaymentRepository   where payments, their timelines and the reconciliation mark are stored
Orphans             where captures without a payment are stored
Gateway             a provider: prepare, find, attempts, refund, revoke, listing; Gateways: each by its name
PaymentWindow       what a browser needs to open the provider's window
HintReader          what a provider's webhook or a returning phone names
MerchantIdPolicy    new ids for payments and refunds, and which ids are ours
Prices              what the shop asks for an order
Alarms              where a person is told what no use case can put right
Clock               the time
BacklogReader       how much waits in a store
Ledger              sums of captures and refunds, for accountants
Comparisons         what comparing with the providers' lists found
SettlementBook      what comparing with the PGs' payout files found
Store               everything that is kept, whichever database keeps it
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from payments.domain.access import ApiKeys, Hints, IdempotencyKeys
from payments.domain.books.search import Filter
from payments.domain.errors import PaymentsError
from payments.domain.event import Event
from payments.domain.messages import Outbox
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.people.ports import People
from payments.domain.ports.books import Comparisons, Ledger, SettlementBook
from payments.domain.ports.gateway import Attempts, Gateway, Gateways, ListingPage, ShadowList
from payments.domain.ports.watching import MOST_COUNTED, Alarm, AlarmKind, Alarms, Backlog, BacklogReader
from payments.domain.ports.window import Contact, HintReader, PaymentWindow, Window
from payments.domain.refund import BankAccount, SealedAccount
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Offer, RefundId

__all__: Final = (
    "MOST_COUNTED",
    "Alarm",
    "AlarmKind",
    "Alarms",
    "Attempts",
    "Backlog",
    "BacklogReader",
    "Clock",
    "Comparisons",
    "Contact",
    "Filter",
    "Gateway",
    "Gateways",
    "HintReader",
    "Ledger",
    "ListingPage",
    "MerchantIdPolicy",
    "Orphans",
    "PaymentRepository",
    "PaymentWindow",
    "Prices",
    "SettlementBook",
    "ShadowList",
    "Store",
    "Vault",
    "Window",
)


class PaymentRepository(Protocol):
    """Where payments are stored. Each call is one transaction; none spans a call to the gateway.

    A payment, its attempts, its refunds, its `new_events` and an outbox message for each of them are stored together or
    not at all. What is returned has no new events.
    """

    async def add(self, payment: Payment) -> Payment:
        """Store a new payment. Raises MerchantIdTaken, OrderIsLive (the order has a live one) or GatewayIdTaken."""

    async def get(self, merchant_id: MerchantId) -> Payment:
        """Return the payment. Raises PaymentNotFound."""

    async def live(self, scope: str, order: str) -> Payment | None:
        """Return the payment for this order that is not cancelled, if there is one.

        *scope* is its buyer, or '' for the payment that is the order's only one in the whole shop.
        """

    async def update(self, merchant_id: MerchantId, change: Callable[[Payment], Payment]) -> Payment:
        """Store what the pure *change* makes of the payment, under its lock; if overtaken, run it again on fresh state.

        An exception of *change* passes through and nothing is stored; if it returns the very same object, nothing is
        stored either. Raises PaymentNotFound, ConcurrentUpdate, OrderIsLive or GatewayIdTaken.
        """

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        """Return up to *limit* announced payments, sorted by *which*.listing, after *before* (the last one seen).

        Raises PaymentNotFound where *before* is no payment that *which* lets its caller know of, or has no place here.
        """

    async def timeline(self, merchant_id: MerchantId) -> Sequence[Event]:
        """Return the payment's events, oldest first. Raises PaymentNotFound."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        """Lease at most *limit* due payments until *until*, and return them: routine ones last, else longest due first.

        The lease is apart from the due time, so making a payment due does not break it. No two callers get the same
        payment; if one dies, the payment can be claimed again when the lease ends.
        """

    async def renew(self, merchant_id: MerchantId, until: datetime, to: datetime) -> bool:
        """Extend the lease that ends at *until*; False if it is no longer held."""

    async def release(self, merchant_id: MerchantId, until: datetime) -> None:
        """End the lease that ends at *until*; any other lease is left alone."""

    async def reconciled_until(self, provider: str = DEFAULT_PROVIDER) -> datetime | None:
        """Return up to when our books have been compared with the provider's list."""

    async def move_reconciled_until(self, to: datetime, provider: str = DEFAULT_PROVIDER) -> None:
        """Remember that the books have been compared up to *to*; never moves back."""


class Orphans(Protocol):
    """Where orphans are stored, by provider and gateway id. Each call is one transaction, as in PaymentRepository."""

    async def update(
        self, gateway_id: GatewayId, change: Callable[[Orphan | None], Orphan], provider: str = DEFAULT_PROVIDER
    ) -> Orphan:
        """Store what the pure *change* makes of the orphan (None: not known yet), with its messages.

        If overtaken, *change* runs again on fresh state; if it returns the very same object, nothing is stored. What is
        returned has no new events.
        """

    async def find(self, gateway_id: GatewayId, provider: str = DEFAULT_PROVIDER) -> Orphan | None:
        """Return the orphan with this gateway id, if there is one."""

    async def page(self, before: GatewayId | None, limit: int, *, open_only: bool) -> Sequence[Orphan]:
        """Return up to *limit* orphans, the latest found first, after *before* (the last one seen): by keyset.

        Raises PaymentNotFound where no orphan is *before*.
        """

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Orphan]:
        """Return at most *limit* due orphans, and make them due again at *until*."""


class MerchantIdPolicy(Protocol):
    """Ids that nobody can guess: never a function of the user or the clock."""

    def merchant_id(self) -> MerchantId:
        """Return a new id with at least 128 random bits, at most 32 characters by default."""

    def refund_id(self) -> RefundId:
        """Return a new id for a refund, short enough for the head of a reason."""

    def is_ours(self, merchant_id: MerchantId) -> bool:
        """Return whether this installation could have made the id: it carries the installation's prefix."""


class Prices(Protocol):
    """What the shop asks for an order. The browser names the order; it never names the price."""

    async def offer(self, buyer: str, order: str) -> Offer:
        """Return the name and price. Raises OrderNotFound."""


class Vault(Protocol):
    """Encrypts bank accounts before they are stored, under keys that are not in the database."""

    def seal(self, account: BankAccount, refund_id: RefundId) -> SealedAccount:
        """Return the account, readable only for this refund."""

    def open(self, sealed: SealedAccount, refund_id: RefundId) -> BankAccount:
        """Return the account. Raises NotSent if no key fits, or if it was sealed for another refund."""


class Clock(Protocol):
    """The time, aware and in UTC."""

    def now(self) -> datetime: ...


class Store(Protocol):
    """The ports over one database: memory, SQLite or PostgreSQL.

    `prefix` is this installation's prefix of merchant ids: from the settings, or drawn once and stored.
    """

    @property
    def payments(self) -> PaymentRepository: ...
    @property
    def orphans(self) -> Orphans: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...
    @property
    def hints(self) -> Hints: ...
    @property
    def backlog(self) -> BacklogReader: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def comparisons(self) -> Comparisons: ...
    @property
    def settlements(self) -> SettlementBook: ...
    @property
    def people(self) -> People: ...
    @property
    def prefix(self) -> str: ...

    async def health(self) -> PaymentsError | None:
        """Return what keeps the database from being used; None if nothing does."""

    async def about(self) -> Mapping[str, str]:
        """Return what the database is, for operators: `system`, and more that there is to say."""

    def close(self) -> None:
        """Close its connections."""
