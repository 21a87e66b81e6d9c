"""Payments begun, changed and claimed in any order: the store shows what the domain made of them, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from payments.domain.books.search import Filter
from payments.domain.errors import GatewayIdTaken, OrderIsLive, PaymentsError
from payments.domain.event import Event, Reason
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run
from payments.testing.builders import a_payment, paid, with_refund
from payments.testing.looking import everything_of, outcome
from payments.testing.shop import NOON

BUYERS: Final = ("kim", "lee")
ORDERS: Final = ("order-1", "order-2")
GATEWAY_IDS: Final = ("imp_1", "imp_2", "imp_3")
LEASE: Final = timedelta(minutes=2)


@attrs.frozen
class Known:
    """What the model knows of a payment: itself, and all of its events."""

    payment: Payment
    events: tuple[Event, ...]

    def changed(self, after: Payment) -> "Known":
        return Known(attrs.evolve(after, new_events=()), self.events + after.new_events)


class RepositoryMachine(RuleBasedStateMachine):
    """A store beside a model of it. A subclass says how an empty store is opened."""

    @staticmethod
    def open_store() -> Store:
        """Return an empty store. It is closed at the end of each sequence."""
        raise NotImplementedError

    begun = Bundle("begun")

    def __init__(self) -> None:
        super().__init__()
        self.store, self.now = self.open_store(), NOON
        self.known: dict[MerchantId, Known] = {}
        self.leases: dict[MerchantId, Any] = {}

    def teardown(self) -> None:
        self.store.close()

    @rule(target=begun, buyer=st.sampled_from(BUYERS), order=st.sampled_from(ORDERS))
    def begin(self, buyer: str, order: str) -> MerchantId:
        """Add a payment: an order has one that is not cancelled, at most."""
        self.now += timedelta(seconds=1)
        payment = a_payment(buyer=buyer, order=order, at=self.now)
        answer = outcome(self.store.payments.add(payment))
        if self._live(buyer, order):
            assert isinstance(answer, OrderIsLive), "an order has one live payment"
        else:
            self.known[payment.merchant_id] = Known(answer, payment.new_events)
        return payment.merchant_id

    @rule(which=begun, gateway_id=st.sampled_from(GATEWAY_IDS), rank=st.sampled_from(Rank))
    def report(self, which: MerchantId, gateway_id: str, rank: Rank) -> None:
        """Let a payment learn of an attempt, perhaps of one that belongs to another."""
        owners = {a.gateway_id: id_ for id_, known in self.known.items() for a in known.payment.attempts}
        taken = owners.get(GatewayId(gateway_id), which) != which
        self._change(which, lambda p: paid(p, gateway_id=gateway_id, rank=rank), GatewayIdTaken if taken else None)

    @rule(which=begun)
    def close(self, which: MerchantId) -> None:
        self._change(which, lambda p: p.closed(self.now, "shop:test", Reason.SHOP))

    @rule(which=begun, amount=st.integers(1, 12_000))
    def refund(self, which: MerchantId, amount: int) -> None:
        self._change(which, lambda p: with_refund(p, refund_id=f"r{p.version}", amount=amount, at=self.now))

    @rule(which=begun, minutes=st.none() | st.integers(-5, 5))
    def schedule(self, which: MerchantId, minutes: int | None) -> None:
        """Bookkeeping: it moves no version, and has no event."""
        due = None if minutes is None else NOON + timedelta(minutes=minutes)
        self._change(which, lambda p: p.scheduled(due))

    @rule(limit=st.integers(1, 4), minutes=st.integers(0, 3))
    def claim(self, limit: int, minutes: int) -> None:
        """Lease what is due and not leased."""
        self.now += timedelta(minutes=minutes)
        free = {id_ for id_, known in self.known.items() if self._is_due(known.payment)}
        claimed = {payment.merchant_id for payment in run(self.store.payments.claim(self.now, self.now + LEASE, limit))}
        assert claimed <= free, "only what is due and not leased is claimed"
        assert len(claimed) == min(limit, len(free)), "what is due is claimed, up to the limit"
        self.leases.update(dict.fromkeys(claimed, self.now + LEASE))

    @invariant()
    def shows_what_was_stored(self) -> None:
        for merchant_id, known in self.known.items():
            payment, timeline, told = everything_of(self.store, merchant_id)
            assert payment == known.payment, "a payment is loaded as it was stored"
            assert tuple(timeline) == known.events, "every change has one event, and nothing else has"
            assert [message.version for message in told] == [event.version for event in known.events]
            assert {message.id for message in told} == {Message.about(payment, event).id for event in known.events}

    @invariant()
    def lists_every_payment_once(self) -> None:
        newest_first = sorted(self.known.values(), key=lambda known: known.payment.created_at, reverse=True)
        assert list(run(self.store.payments.page(Filter(), None, 100))) == [known.payment for known in newest_first]

    @invariant()
    def finds_the_live_one(self) -> None:
        for buyer in BUYERS:
            for order in ORDERS:
                assert run(self.store.payments.live(buyer, order)) == self._live(buyer, order)

    def _change(
        self, which: MerchantId, change: Callable[[Payment], Payment], refusal: type[PaymentsError] | None = None
    ) -> None:
        known = self.known.get(which)
        if known is None:
            return
        expected = refusal or _result(change, known.payment)
        answer = outcome(self.store.payments.update(which, change))
        if isinstance(expected, Payment):
            self.known[which] = known.changed(expected)
            assert answer == self.known[which].payment, "the changed payment is returned"
        else:
            assert isinstance(answer, expected), f"{expected.__name__} is raised, and nothing stored"

    def _is_due(self, payment: Payment) -> bool:
        is_leased = self.leases.get(payment.merchant_id, self.now) > self.now
        return payment.due_at is not None and payment.due_at <= self.now and not is_leased

    def _live(self, buyer: str, order: str) -> Payment | None:
        mine = [
            known.payment
            for known in self.known.values()
            if (known.payment.buyer, known.payment.order) == (buyer, order)
        ]
        return next((payment for payment in mine if payment.status is not Status.CANCELLED), None)


def _result(change: Callable[[Payment], Payment], payment: Payment) -> Payment | type[PaymentsError]:
    try:
        return change(payment)
    except PaymentsError as error:
        return type(error)


def repository_machine(open_store: Callable[[], Store]) -> type[RepositoryMachine]:
    """Return the machine for stores that *open_store* returns, each empty."""
    return type("RepositoryMachine", (RepositoryMachine,), {"open_store": staticmethod(open_store)})
