"""What the inside asks of the outside. All ports are coroutines: an adapter may block, suspend or be simulated.

PaymentRepository   where payments, their timeline and the reconciled_until are kept
Gateway             the provider: prepare, find, attempts, refund, revoke, listing
MerchantIdPolicy    new names for payments and refunds
Prices              what the shop asks for an order
Clock               the time
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Event, Payment
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId, Offer, RefundId


@attrs.frozen(kw_only=True)
class Filter:
    """Which payments to list: all, one buyer's, of one status, or those with a stray that nobody has dealt with."""

    buyer: str | None = None
    status: Status | None = None
    open_strays: bool = False


class PaymentRepository(Protocol):
    """Where payments are kept. Each call is one transaction; none spans a call to the gateway.

    A payment, its attempts, refunds, the events in its `new_events` and an outbox entry for each of them are stored
    together or not at all. What is returned has no new_events.
    """

    async def add(self, payment: Payment) -> Payment:
        """Store a new payment. Raises MerchantIdTaken, OrderIsLive (the order has a live one) or GatewayIdTaken."""

    async def get(self, merchant_id: MerchantId) -> Payment:
        """Return the payment. Raises PaymentNotFound."""

    async def live(self, buyer: str, order: str) -> Payment | None:
        """Return the buyer's payment for this order that is not cancelled, if there is one."""

    async def update(self, merchant_id: MerchantId, change: Callable[[Payment], Payment]) -> Payment:
        """Store what the pure *change* makes of the payment, under its lock; if overtaken, make it anew on fresh state.

        Whatever *change* raises passes through and nothing is stored; if it returns the very same object, nothing is
        stored either. Raises PaymentNotFound, ConcurrentUpdate, OrderIsLive or GatewayIdTaken.
        """

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        """Return up to *limit* payments, newest first, from *before* (the last one seen) on: by keyset, not offset."""

    async def timeline(self, merchant_id: MerchantId) -> Sequence[Event]:
        """Return the payment's events, oldest first. Raises PaymentNotFound."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        """Return at most *limit* payments that are due, the longest due first, and make them due again at *until*.

        Two callers never get the same one; one that dies loses nothing, because the payment comes due again.
        """

    async def reconciled_until(self) -> datetime | None:
        """Return up to when the provider's list has been walked."""

    async def move_reconciled_until(self, to: datetime) -> None:
        """Remember that the list has been walked up to *to*; never moves back."""


@attrs.frozen
class ListingPage:
    """One page of the provider's own list. `skipped` tells of rows no report could be made of, one sentence each."""

    reports: tuple[Report, ...]
    pages: int
    skipped: tuple[str, ...] = ()


class Gateway(Protocol):
    """The provider. Every method raises GatewayError (NotSent, Unknown, Rejected, ContractViolation), nothing else."""

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Make the provider refuse any other amount for this id. Safe to repeat, also with another price."""

    async def find(self, gateway_id: GatewayId) -> Report | None:
        """Return what the provider says of one attempt; None if it knows none."""

    async def attempts(self, merchant_id: MerchantId) -> Sequence[Report]:
        """Return all attempts under our id: the newest alone could hide the paid one."""

    async def refund(self, refund: Refund, currency: str) -> Report:
        """Give money back, once: the remainder goes along as checksum. Returns the attempt afterwards.

        *currency* is the capture's: a refund counts in minor units of it, and a provider may count in major ones.
        """

    async def revoke(self, gateway_id: GatewayId) -> Report:
        """Close a virtual account that waits for a deposit. Returns the attempt afterwards."""

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page (from 1) of all attempts that came to their present state in [since, until]."""


class MerchantIdPolicy(Protocol):
    """Names nobody can guess: never a function of the user or the clock."""

    def merchant_id(self) -> MerchantId:
        """Return a new id with at least 128 random bits, at most 32 characters by default."""

    def refund_id(self) -> RefundId:
        """Return a new id for a refund, short enough for the head of a reason."""


class Prices(Protocol):
    """What the shop asks for an order. The browser names the order; it never names the price."""

    async def offer(self, buyer: str, order: str) -> Offer:
        """Return the name and price. Raises OrderNotFound."""


class Clock(Protocol):
    """The time, aware and in UTC."""

    def now(self) -> datetime: ...
