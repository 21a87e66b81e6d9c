"""MemoryPayments: the PaymentRepository in dicts, under the same rules as the tables."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from payments.adapters.memory.books import Books, Waiting
from payments.domain.books.matching import SortKey, matches, sort_key
from payments.domain.books.search import Filter
from payments.domain.errors import GatewayIdTaken, MerchantIdTaken, OrderIsLive, PaymentNotFound
from payments.domain.event import Event
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.successor import check_successor
from payments.domain.values import DEFAULT_PROVIDER, MerchantId


@attrs.frozen
class MemoryPayments:
    """Where payments are stored. PaymentRepository says what each method promises."""

    _books: Books

    async def add(self, payment: Payment) -> Payment:
        """Store a new payment. Raises MerchantIdTaken, OrderIsLive (the order has a live one) or GatewayIdTaken."""
        with self._books.open(to_change=True):
            check_successor(None, payment)
            if payment.merchant_id in self._books.payments:
                raise MerchantIdTaken("This merchant id is in use. Nothing was stored.")
            return self._store(payment)

    async def get(self, merchant_id: MerchantId) -> Payment:
        """Return the payment. Raises PaymentNotFound."""
        with self._books.open():
            return self._known(merchant_id)

    async def live(self, scope: str, order: str) -> Payment | None:
        """Return the payment for this order that is not cancelled, if there is one."""
        with self._books.open():
            merchant_id = self._books.live.get((scope, order))
            return None if merchant_id is None else self._books.payments[merchant_id]

    async def update(self, merchant_id: MerchantId, change: Callable[[Payment], Payment]) -> Payment:
        """Store what the pure *change* makes of the payment, under the lock."""
        with self._books.open(to_change=True):
            before = self._known(merchant_id)
            after = change(before)
            if after is before:
                return before
            check_successor(before, after)
            return self._store(after)

    async def page(self, which: Filter, before: MerchantId | None, limit: int) -> Sequence[Payment]:
        """Return up to *limit* payments, from *before* (the last one seen) on, as PaymentRepository says.

        Raises PaymentNotFound where *before* has no place in this list.
        """
        with self._books.open():
            after = None if before is None else self._sort_key(before, which)
            found = {sort_key(p, which): p for p in self._books.payments.values() if matches(p, which)}
            if which.paid_twice:
                found = {key: p for key, p in found.items() if self._is_paid_twice(p)}
            keys = sorted((key for key in found if key and (after is None or key < after)), reverse=True)
            return [found[key] for key in keys[:limit]]

    def _sort_key(self, merchant_id: MerchantId, which: Filter) -> SortKey:
        payment = self._known(merchant_id)
        key = sort_key(payment, which)
        if key is None or which.buyer not in (None, payment.buyer):
            raise PaymentNotFound
        return key

    async def timeline(self, merchant_id: MerchantId) -> Sequence[Event]:
        """Return the payment's events, oldest first. Raises PaymentNotFound."""
        with self._books.open():
            self._known(merchant_id)
            return self._books.timelines[merchant_id]

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Payment]:
        """Lease at most *limit* due payments until *until*, and return them: routine ones last."""
        with self._books.open(to_change=True):
            leases = self._books.leases
            due = [
                (payment.is_routine, payment.due_at, payment.merchant_id)
                for payment in self._books.payments.values()
                if payment.due_at and payment.due_at <= now and leases.get(payment.merchant_id, now) <= now
            ]
            claimed = [merchant_id for *_, merchant_id in sorted(due)[:limit]]
            leases |= dict.fromkeys(claimed, until)
            return [self._books.payments[merchant_id] for merchant_id in claimed]

    async def renew(self, merchant_id: MerchantId, until: datetime, to: datetime) -> bool:
        """Extend the lease that ends at *until*; False if it is no longer held."""
        with self._books.open(to_change=True):
            if self._books.leases.get(merchant_id) != until:
                return False
            self._books.leases[merchant_id] = to
            return True

    async def release(self, merchant_id: MerchantId, until: datetime) -> None:
        """End the lease that ends at *until*; any other lease is left alone."""
        with self._books.open(to_change=True):
            if self._books.leases.get(merchant_id) == until:
                del self._books.leases[merchant_id]

    async def reconciled_until(self, provider: str = DEFAULT_PROVIDER) -> datetime | None:
        """Return up to when the provider's list has been walked."""
        return self._books.reconciled_until.get(provider)

    async def move_reconciled_until(self, to: datetime, provider: str = DEFAULT_PROVIDER) -> None:
        """Remember that the list has been walked up to *to*; never moves back."""
        with self._books.open(to_change=True):
            marks = self._books.reconciled_until
            marks[provider] = max(marks.get(provider, to), to)

    def _is_paid_twice(self, payment: Payment) -> bool:
        everyone = self._books.payments.values()
        paid = [p for p in everyone if p.status is Status.PAID and p.order == payment.order]
        return payment in paid and len(paid) > 1

    def _known(self, merchant_id: MerchantId) -> Payment:
        try:
            return self._books.payments[merchant_id]
        except KeyError:
            raise PaymentNotFound from None

    def _store(self, payment: Payment) -> Payment:
        """Write everything of *payment*, after all rules have been asked: none of it or all of it."""
        books, merchant_id, order = self._books, payment.merchant_id, (payment.order_scope, payment.order)
        is_live = payment.status is not Status.CANCELLED
        if is_live and books.live.get(order, merchant_id) != merchant_id:
            raise OrderIsLive("This order has a live payment. Nothing was stored.")
        names = [(payment.provider, attempt.gateway_id) for attempt in payment.attempts]
        if any(books.owners.get(name, merchant_id) != merchant_id for name in names):
            raise GatewayIdTaken("This attempt belongs to another payment. Nothing was stored.")
        waiting = [Waiting.due_at_once(Message.about(payment, event)) for event in payment.new_events]
        stored = attrs.evolve(payment, new_events=())
        books.owners |= dict.fromkeys(names, merchant_id)
        if is_live:
            books.live[order] = merchant_id
        elif books.live.get(order) == merchant_id:
            del books.live[order]
        books.timelines[merchant_id] = (*books.timelines.get(merchant_id, ()), *payment.new_events)
        books.outbox |= {one.message.id: one for one in waiting}
        books.payments[merchant_id] = stored
        return stored
