"""What holds of every PaymentRepository that is read through: its pages, and its reconciled_until."""

import functools
from datetime import datetime, timedelta
from typing import Any

import pytest

from payments.domain.books.search import Filter
from payments.domain.errors import PaymentNotFound
from payments.domain.machine import Status
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.refunding import hold_stray, refuse
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.builders import a_payment, paid, with_refund
from payments.testing.contracts.promises import Promised
from payments.testing.shop import NOON

ALL = Filter()


def add(store: Store, payment: Payment) -> Payment:
    return run(store.payments.add(payment))


def begun_at(minutes: int, **facts: Any) -> Payment:
    return a_payment(at=NOON + timedelta(minutes=minutes), **facts)


def strayed(**facts: Any) -> Payment:
    """Return a payment with a capture of another amount, which lies there without a reason."""
    return paid(a_payment(**facts), gateway_id=f"imp_{facts.get('merchant_id')}", amount=Money(1, "KRW"))


def walk(store: Store, which: Filter, limit: int) -> list[Payment]:
    """Return all pages together."""
    seen: list[Payment] = []
    while page := run(store.payments.page(which, seen[-1].merchant_id if seen else None, limit)):
        assert len(page) <= limit
        seen += page
    return seen


class Listing(Promised):
    """What holds of every PaymentRepository that is read through: its pages, and its reconciled_until."""

    def test_pages_show_whole_payments_newest_first(self, store: Store) -> None:
        payments = [add(store, with_refund(paid(begun_at(minute)))) for minute in range(7)]
        assert walk(store, ALL, 3) == payments[::-1]

    def test_payments_of_the_same_moment_are_each_shown_once(self, store: Store) -> None:
        """Fails where the time alone marks the place of a page."""
        payments = [add(store, a_payment()) for _ in range(7)]
        seen = walk(store, ALL, 2)
        assert sorted(p.merchant_id for p in seen) == sorted(p.merchant_id for p in payments)
        assert [p.merchant_id for p in seen] == sorted((p.merchant_id for p in payments), reverse=True)

    def test_pages_visit_each_payment_once_while_new_ones_are_begun(self, store: Store) -> None:
        """Fails with pages by offset: what is begun meanwhile pushes some payment onto two pages."""
        payments = [add(store, begun_at(minute)) for minute in range(7)]
        seen: list[Payment] = []
        for later in range(100, 200):
            page = run(store.payments.page(ALL, seen[-1].merchant_id if seen else None, 2))
            if not page:
                break
            seen += page
            add(store, begun_at(later))
        assert seen == payments[::-1]

    def test_pages_go_on_from_a_payment_that_no_longer_fits(self, store: Store) -> None:
        """Fails where the place of a page is looked for among the rows that fit."""
        payments = [add(store, begun_at(minute)) for minute in range(4)]
        awaiting = Filter(status=Status.AWAITING)
        [*_, last] = run(store.payments.page(awaiting, None, 2))
        run(store.payments.update(last.merchant_id, paid))
        assert run(store.payments.page(awaiting, last.merchant_id, 2)) == [payments[1], payments[0]]

    def test_a_page_shows_only_what_was_asked_for(self, store: Store) -> None:
        mine = add(store, begun_at(1, buyer="me"))
        mine_paid = add(store, paid(begun_at(2, buyer="me")))
        others = add(store, begun_at(3, buyer="another"))
        assert walk(store, ALL, 10) == [others, mine_paid, mine]
        assert walk(store, Filter(buyer="me"), 10) == [mine_paid, mine]
        assert walk(store, Filter(status=Status.AWAITING), 10) == [others, mine]
        assert walk(store, Filter(buyer="me", status=Status.PAID), 10) == [mine_paid]
        assert walk(store, Filter(buyer="nobody"), 10) == []

    def test_strays_are_listed_until_somebody_has_dealt_with_them(self, store: Store) -> None:
        strays = Filter(open_strays=True)
        add(store, paid(a_payment()))
        first = add(store, strayed(merchant_id="a", at=NOON))
        second = add(store, strayed(merchant_id="b", at=NOON + timedelta(minutes=1)))
        assert walk(store, strays, 1) == [second, first]
        run(
            store.payments.update(
                first.merchant_id, lambda p: hold_stray(p, GatewayId("imp_a"), "a gift", NOON, "shop:test")
            )
        )
        assert walk(store, strays, 1) == [second]
        back = functools.partial(paid, gateway_id="imp_b", amount=Money(1, "KRW"), refunded=1, rank=4)
        assert back(second) != second
        run(store.payments.update(second.merchant_id, back))
        assert walk(store, strays, 1) == []

    def test_open_refunds_are_listed_until_their_outcome_is_known(self, store: Store) -> None:
        add(store, paid(a_payment()))
        asked = add(store, with_refund(paid(a_payment())))
        assert walk(store, Filter(open_refunds=True), 1) == [asked]
        [refund] = asked.open_refunds
        run(store.payments.update(asked.merchant_id, lambda p: refuse(p, refund, NOON, "no")))
        assert walk(store, Filter(open_refunds=True), 1) == []

    @pytest.mark.parametrize("place", ["absent", "another's"])
    def test_a_buyer_cannot_tell_another_buyers_payment_from_an_absent_one(self, store: Store, place: str) -> None:
        add(store, a_payment(merchant_id="another's", buyer="another"))
        add(store, a_payment(buyer="me"))
        with pytest.raises(PaymentNotFound):
            run(store.payments.page(Filter(buyer="me"), MerchantId(place), 10))

    def test_nothing_has_been_walked_at_first(self, store: Store) -> None:
        assert run(store.payments.reconciled_until()) is None

    def test_the_watermark_never_moves_back(self, store: Store) -> None:
        later = NOON + timedelta(microseconds=1)
        reached: list[datetime | None] = []
        for to in (NOON, later, NOON):
            run(store.payments.move_reconciled_until(to))
            reached.append(run(store.payments.reconciled_until()))
        assert reached == [NOON, later, later]

    def test_walkers_at_once_leave_the_furthest_watermark(self, store: Store) -> None:
        moments = [NOON + timedelta(minutes=minute) for minute in (3, 7, 5, 1)]
        at_once(*(lambda to=to: run(store.payments.move_reconciled_until(to)) for to in moments))
        assert run(store.payments.reconciled_until()) == max(moments)
