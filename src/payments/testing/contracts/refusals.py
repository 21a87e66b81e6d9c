"""What every PaymentRepository refuses, and what a refusal leaves behind: nothing."""

from collections.abc import Callable

import attrs
import pytest

from payments.domain.errors import (
    AlreadyPaid,
    GatewayIdTaken,
    MerchantIdTaken,
    OrderIsLive,
    PaymentNotFound,
)
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.report import Rank
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.builders import a_payment, an_attempt, paid, with_refund
from payments.testing.contracts.changes import closed, trying
from payments.testing.contracts.promises import Promised
from payments.testing.looking import everything_of

THREADS = 8


class Refusals(Promised):
    """What every PaymentRepository refuses, and what a refusal leaves behind: nothing."""

    def test_an_absent_payment_is_not_found(self, store: Store) -> None:
        nobody = MerchantId("nobody")
        for asked in (
            store.payments.get(nobody),
            store.payments.timeline(nobody),
            store.payments.update(nobody, paid),
        ):
            with pytest.raises(PaymentNotFound):
                run(asked)
        assert run(store.payments.live("nobody", "nothing")) is None

    def test_a_merchant_id_is_used_once(self, store: Store) -> None:
        first = run(store.payments.add(a_payment()))
        before = everything_of(store, first.merchant_id)
        with pytest.raises(MerchantIdTaken):
            run(store.payments.add(a_payment(merchant_id=first.merchant_id, buyer="another")))
        assert everything_of(store, first.merchant_id) == before

    def test_an_order_has_one_live_payment(self, store: Store) -> None:
        first = run(store.payments.add(a_payment(order="1")))
        second = a_payment(order="1")
        with pytest.raises(OrderIsLive):
            run(store.payments.add(second))
        with pytest.raises(PaymentNotFound):
            run(store.payments.get(second.merchant_id))
        assert run(store.payments.live(first.buyer, "1")) == first

    def test_another_buyer_may_buy_the_same_order(self, store: Store) -> None:
        for buyer in ("one", "two"):
            payment = run(store.payments.add(a_payment(order="1", buyer=buyer)))
            assert run(store.payments.live(buyer, "1")) == payment

    def test_a_cancelled_payment_leaves_its_order_free(self, store: Store) -> None:
        first = run(store.payments.add(a_payment(order="1")))
        run(store.payments.update(first.merchant_id, closed))
        assert run(store.payments.live(first.buyer, "1")) is None
        second = run(store.payments.add(a_payment(order="1")))
        assert run(store.payments.live(first.buyer, "1")) == second

    def test_only_one_of_many_begins_an_order(self, store: Store) -> None:
        rivals = [a_payment(order="1") for _ in range(THREADS)]
        outcomes = at_once(*(lambda p=p: run(store.payments.add(p)) for p in rivals))
        assert sorted(type(found).__name__ for found in outcomes) == sorted(
            ["Payment"] + ["OrderIsLive"] * (THREADS - 1)
        )

    def test_an_attempt_belongs_to_one_payment(self, store: Store) -> None:
        owner = run(store.payments.add(paid(a_payment(), gateway_id="imp_1")))
        other = run(store.payments.add(a_payment()))
        before = everything_of(store, other.merchant_id)
        with pytest.raises(GatewayIdTaken):
            run(store.payments.update(other.merchant_id, lambda payment: paid(payment, gateway_id="imp_1")))
        stray = a_payment()
        with pytest.raises(GatewayIdTaken):
            run(store.payments.add(paid(stray, gateway_id="imp_1")))
        assert everything_of(store, other.merchant_id) == before
        assert run(store.payments.get(owner.merchant_id)) == owner
        with pytest.raises(PaymentNotFound):
            run(store.payments.get(stray.merchant_id))

    def test_a_clash_of_one_of_several_attempts_stores_none_of_them(self, store: Store) -> None:
        """Fails where the rows of a change are stored one by one."""
        run(store.payments.add(paid(a_payment(), gateway_id="imp_2")))
        other = run(store.payments.add(a_payment()))
        before = everything_of(store, other.merchant_id)
        with pytest.raises(GatewayIdTaken):
            run(store.payments.update(other.merchant_id, lambda p: trying("imp_2")(trying("imp_1")(p))))
        assert everything_of(store, other.merchant_id) == before
        run(store.payments.add(paid(a_payment(), gateway_id="imp_1")))

    def test_a_change_that_returns_the_same_payment_stores_nothing(self, store: Store) -> None:
        payment = run(store.payments.add(a_payment()))
        before = everything_of(store, payment.merchant_id)
        assert run(store.payments.update(payment.merchant_id, lambda same: same)) == payment
        assert everything_of(store, payment.merchant_id) == before

    def test_what_a_change_raises_passes_through_and_nothing_is_stored(self, store: Store) -> None:
        payment = run(store.payments.add(paid(a_payment())))
        before = everything_of(store, payment.merchant_id)
        made: list[Payment] = []

        def half_done(seen: Payment) -> Payment:
            made.append(with_refund(seen))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run(store.payments.update(payment.merchant_id, half_done))
        with pytest.raises(AlreadyPaid):
            run(store.payments.update(payment.merchant_id, closed))
        assert made
        assert everything_of(store, payment.merchant_id) == before
        run(store.payments.update(payment.merchant_id, with_refund))  # and nothing stays locked

    @pytest.mark.parametrize(
        "broken",
        [
            lambda p: attrs.evolve(paid(p), new_events=()),  # a change that nothing tells of
            lambda p: attrs.evolve(paid(p), new_events=paid(p).new_events * 2),  # told twice
            lambda p: attrs.evolve(paid(p), version=p.version + 2),  # a gap
            lambda p: attrs.evolve(p, attempts=()),  # knowledge going backwards
            lambda p: attrs.evolve(p, refunds=()),
            lambda p: attrs.evolve(p, merchant_id=MerchantId("another")),
            lambda p: attrs.evolve(p, buyer="another"),
            lambda p: attrs.evolve(p, attempts=(*p.attempts, an_attempt(p))),  # a second accepted capture
            lambda p: attrs.evolve(
                p, refunds=(*p.refunds, attrs.evolve(p.refunds[0], id="other"))
            ),  # a second open refund
            lambda p: attrs.evolve(
                p, attempts=(*p.attempts, an_attempt(a_payment(), rank=Rank.READY))
            ),  # of another payment
        ],
    )
    def test_what_no_use_case_may_make_of_a_payment_is_not_stored(
        self, store: Store, broken: Callable[[Payment], Payment]
    ) -> None:
        payment = run(store.payments.add(with_refund(paid(a_payment()))))
        before = everything_of(store, payment.merchant_id)
        with pytest.raises(ValueError, match=r"[Pp]ayment \w+"):
            run(store.payments.update(payment.merchant_id, broken))
        assert everything_of(store, payment.merchant_id) == before

    def test_a_change_may_not_write_to_the_store_it_is_called_by(self, store: Store) -> None:
        """Fails where it waits for its own lock instead."""
        payment, other = run(store.payments.add(a_payment())), run(store.payments.add(a_payment()))

        def impure(seen: Payment) -> Payment:
            run(store.payments.update(other.merchant_id, paid))
            return paid(seen)

        with pytest.raises(RuntimeError, match="pure"):
            run(store.payments.update(payment.merchant_id, impure))
        assert run(store.payments.get(payment.merchant_id)) == payment
        assert run(store.payments.get(other.merchant_id)) == other
