"""What holds in every store of a payment whose price the provider does not know yet: it exists, and is not told."""

import json
from datetime import timedelta

import pytest

from payments.domain.books.search import Filter
from payments.domain.errors import MerchantIdTaken, OrderIsLive
from payments.domain.event import EventKind, Reason
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.values import MerchantId, Method, Mode, Offer
from payments.entrypoints.blocking import run
from payments.testing.contracts.promises import Promised
from payments.testing.looking import everything_of, messages
from payments.testing.shop import NOON

LISTS = [Filter(), Filter(buyer="kim"), Filter(status=Status.AWAITING), Filter(buyer="kim", status=Status.AWAITING)]


def new(merchant_id: str = "m_1", order: str = "order") -> Payment:
    offer = Offer("멤버십", Money(12_000))
    return Payment.begin(MerchantId(merchant_id), "kim", order, offer, Method.CARD, Mode.TEST, NOON, "shop:web")


class Unannounced(Promised):
    """What holds in every store of a payment whose price the provider does not know yet: it exists, and is not told."""

    def test_a_new_payment_is_stored_without_an_event_or_a_message(self, store: Store) -> None:
        payment = run(store.payments.add(new()))
        assert everything_of(store, payment.merchant_id) == (payment, [], [])
        assert payment.version == 0

    @pytest.mark.parametrize("which", LISTS)
    def test_a_new_payment_is_in_no_list(self, store: Store, which: Filter) -> None:
        run(store.payments.add(new("m_1", "first")))
        announced = run(store.payments.add(new("m_2", "second").announced()))
        run(store.payments.add(new("m_3", "third")))
        assert run(store.payments.page(which, None, 10)) == [announced]
        assert run(store.payments.page(which, MerchantId("m_3"), 10)) == [announced]
        assert run(store.payments.page(which, MerchantId("m_2"), 10)) == []

    def test_a_new_payment_holds_its_id_and_its_order(self, store: Store) -> None:
        """Fails where what nobody hears of does not count: two payments of one order would both be paid."""
        payment = run(store.payments.add(new()))
        assert run(store.payments.live("kim", "order")) == payment
        with pytest.raises(MerchantIdTaken):
            run(store.payments.add(new(order="another")))
        with pytest.raises(OrderIsLive):
            run(store.payments.add(new("m_2")))

    def test_bookkeeping_does_not_announce_a_payment(self, store: Store) -> None:
        payment = run(store.payments.add(new()))
        later = NOON + timedelta(hours=1)
        run(store.payments.update(payment.merchant_id, lambda p: p.checked_at(later)))
        run(store.payments.update(payment.merchant_id, lambda p: p.begun_again(Method.TOSSPAY, later)))
        stored, timeline, told = everything_of(store, payment.merchant_id)
        assert (stored.version, stored.method, timeline, told) == (0, Method.TOSSPAY, [], [])

    def test_a_new_payment_is_due_like_any_other(self, store: Store) -> None:
        payment = run(store.payments.add(new()))
        assert payment.due_at is not None
        assert run(store.payments.claim(payment.due_at, payment.due_at + timedelta(1), 10)) == [payment]

    def test_a_prepared_payment_tells_from_its_beginning(self, store: Store) -> None:
        payment = run(store.payments.add(new()))
        run(store.payments.update(payment.merchant_id, lambda p: p.with_price_prepared(NOON + timedelta(seconds=1))))
        stored, timeline, told = everything_of(store, payment.merchant_id)
        assert [(event.version, event.kind, event.by) for event in timeline] == [
            (1, EventKind.BEGUN, "shop:web"),
            (2, EventKind.PREPARED, "gateway"),
        ]
        assert [json.loads(message.body)["type"] for message in told] == ["payment.begun", "payment.prepared"]
        assert run(store.payments.page(Filter(), None, 10)) == [stored]

    def test_a_payment_that_ends_unannounced_is_told_with_its_end(self, store: Store) -> None:
        payment = run(store.payments.add(new()))
        run(store.payments.update(payment.merchant_id, lambda p: p.closed(NOON, "clock", Reason.EXPIRED)))
        told = [json.loads(message.body)["type"] for message in messages(store, payment.merchant_id)]
        assert told == ["payment.begun", "payment.closed"]
        assert run(store.payments.live("kim", "order")) is None
