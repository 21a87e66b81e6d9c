"""Every store keeps a payment's terms and what its attempts are called, and finds payments by them."""

import attrs
import pytest

from payments.domain.books.search import Filter
from payments.domain.errors import OrderIsLive
from payments.domain.event import Reason
from payments.domain.money import TaxParts
from payments.domain.ports import Store
from payments.domain.report import Approval
from payments.domain.values import Caller, Terms
from payments.entrypoints.blocking import run
from payments.testing.builders import a_payment, fresh, paid
from payments.testing.contracts.promises import Promised

APPROVAL = Approval(number="30012345", transaction_id="StdpayCARD1", pg="html5_inicis", card="신한카드", months=3)
TERMS = Terms(parts=TaxParts(tax_free=4_000, vat=0), channel="kakao", digital=False, max_instalments=1)


class KeptTerms(Promised):
    """Every store keeps a payment's terms and what its attempts are called, and finds payments by them."""

    @pytest.mark.parametrize("terms", [TERMS, Terms(), Terms(digital=True), Terms(parts=TaxParts(vat=1))])
    def test_the_terms_of_a_payment_are_kept(self, store: Store, terms: Terms) -> None:
        payment = run(store.payments.add(a_payment(terms=terms)))
        assert run(store.payments.get(payment.merchant_id)).terms == terms

    @pytest.mark.parametrize("called", [APPROVAL.number, APPROVAL.transaction_id, "imp_in_hand"])
    def test_a_payment_is_found_by_what_a_caller_has_in_hand(self, store: Store, called: str) -> None:
        payment = run(store.payments.add(paid(a_payment(), approval=APPROVAL, gateway_id="imp_in_hand")))
        run(store.payments.add(paid(a_payment(), approval=Approval())))
        found = run(store.payments.page(Filter(called=called), None, 10))
        assert [one.merchant_id for one in found] == [payment.merchant_id]
        assert found[0].attempts[0].report.approval == APPROVAL
        assert run(store.payments.page(Filter(called=f"{called}0"), None, 10)) == []
        assert run(store.payments.page(Filter(called=""), None, 10)) == []

    def test_orders_that_two_buyers_paid_are_listed_and_others_are_not(self, store: Store) -> None:
        order = fresh("order")
        twice = [run(store.payments.add(paid(a_payment(buyer=buyer, order=order)))) for buyer in ("guest", "kim")]
        run(store.payments.add(a_payment(buyer="lee", order=order)))
        run(store.payments.add(paid(a_payment(buyer="kim"))))
        listed = run(store.payments.page(Filter(paid_twice=True), None, 10))
        assert {one.merchant_id for one in listed} == {one.merchant_id for one in twice}

    def test_an_order_of_the_whole_shop_has_one_live_payment(self, store: Store) -> None:
        first = run(store.payments.add(a_payment(buyer="guest", one_per_order=True)))
        assert run(store.payments.live("", first.order)) == first
        assert run(store.payments.live("guest", first.order)) is None
        with pytest.raises(OrderIsLive):
            run(store.payments.add(a_payment(buyer="kim", order=first.order, one_per_order=True)))
        closed = run(
            store.payments.update(
                first.merchant_id, lambda p: p.closed(p.created_at, str(Caller.shop("x")), Reason.OTHER_BUYER)
            )
        )
        assert attrs.evolve(closed).one_per_order
        second = run(store.payments.add(a_payment(buyer="kim", order=first.order, one_per_order=True)))
        assert run(store.payments.live("", first.order)) == second
