"""Refunds above a set sum: nothing is sent before another person has approved them."""

import json

import attrs
import pytest

from payments.domain.errors import PaymentNotFound, RefundInProgress, RefundRefused
from payments.domain.event import EventKind
from payments.domain.money import Money
from payments.domain.people.audit import AuditAction
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.people.approvals import SecondPersonNeeded
from payments.domain.values import Caller, MerchantId, Method, Offer, RefundId
from payments.testing import Shop, shop

KIM, LEE, SERVER = Caller.operator("kim"), Caller.operator("lee"), Caller.shop("server")
R1, R2 = RefundId("r-one"), RefundId("r-two")


@pytest.fixture
def careful() -> Shop:
    """A shop in which refunds above 5,000 won wait."""
    plain = shop()
    cases = plain.use_cases
    refunds = attrs.evolve(cases.refunds, second_person_above=5_000)
    sweep = attrs.evolve(cases.sweep, refunds=refunds)
    return attrs.evolve(plain, use_cases=attrs.evolve(cases, refunds=refunds, sweep=sweep))


@pytest.fixture
def paid(careful: Shop) -> MerchantId:
    offer = Offer("책", Money(12_000))
    payment = careful.run(careful.checkout.begin("ann", "o", offer, Method.CARD, Caller.buyer("ann")))
    attempt = careful.pay(payment)
    careful.run(careful.checkout.complete(Caller.buyer("ann"), payment.merchant_id, attempt))
    return payment.merchant_id


def refund(shop: Shop, payment: MerchantId, amount: int, refund_id: RefundId = R1, by: Caller = KIM) -> RefundStatus:
    order = RefundOrder(reason="고객 요청", amount=amount)
    return shop.run(shop.refunds.refund(by, payment, order, refund_id)).payment.refund(refund_id).status


def sent(shop: Shop, payment: MerchantId) -> int:
    return shop.run(shop.store.payments.get(payment)).refunded


@pytest.mark.parametrize("by", [KIM, SERVER])
def test_a_large_refund_is_stored_and_not_sent_however_long_one_waits(
    careful: Shop, paid: MerchantId, by: Caller
) -> None:
    assert refund(careful, paid, 5_001, by=by) is RefundStatus.OPEN
    for _ in range(40):
        careful.clock.advance(days=1)
        careful.work()
    assert careful.run(careful.store.payments.get(paid)).refund(R1).awaits_approval
    assert sent(careful, paid) == 0


def test_a_small_refund_needs_nobody_else(careful: Shop, paid: MerchantId) -> None:
    assert refund(careful, paid, 5_000) is RefundStatus.DONE


def test_a_large_refund_cannot_be_split_into_small_ones(careful: Shop, paid: MerchantId) -> None:
    assert refund(careful, paid, 3_000) is RefundStatus.DONE
    assert refund(careful, paid, 3_000, R2) is RefundStatus.OPEN
    assert sent(careful, paid) == 3_000


@pytest.mark.parametrize("by", [LEE, SERVER])
def test_another_person_lets_it_go(careful: Shop, paid: MerchantId, by: Caller) -> None:
    refund(careful, paid, 12_000)
    careful.run(careful.approvals.approve(by, paid, R1))
    assert careful.run(careful.refunds.send(paid, R1)).payment.refund(R1).status is RefundStatus.DONE
    told = [event for event in careful.run(careful.store.payments.timeline(paid)) if event.refund_id == R1]
    kinds = [(event.kind, event.by) for event in told][:2]
    assert kinds == [(EventKind.REFUND_REQUESTED, "operator:kim"), (EventKind.REFUND_APPROVED, str(by))]


def test_the_worker_sends_what_was_approved(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 12_000)
    careful.run(careful.approvals.approve(LEE, paid, R1))
    careful.clock.advance(hours=1)
    careful.work()
    assert sent(careful, paid) == 12_000


def test_nobody_approves_a_refund_of_their_own(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 12_000)
    with pytest.raises(SecondPersonNeeded):
        careful.run(careful.approvals.approve(KIM, paid, R1))
    with pytest.raises(PaymentNotFound):
        careful.run(careful.approvals.approve(Caller.buyer("ann"), paid, R1))
    assert careful.run(careful.refunds.send(paid, R1)).confirmed is False
    assert sent(careful, paid) == 0


@pytest.mark.parametrize("by", [KIM, LEE])
def test_a_rejected_refund_is_over_and_another_may_follow(careful: Shop, paid: MerchantId, by: Caller) -> None:
    refund(careful, paid, 12_000)
    with pytest.raises(RefundInProgress):
        refund(careful, paid, 100, R2)
    rejected = careful.run(careful.approvals.reject(by, paid, R1, "too much"))
    assert (rejected.refund(R1).status, rejected.refund(R1).failure) == (RefundStatus.REFUSED, "too much")
    assert refund(careful, paid, 100, R2) is RefundStatus.DONE


def test_what_does_not_wait_cannot_be_decided(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 100)
    for decide in (careful.approvals.approve(LEE, paid, R1), careful.approvals.reject(LEE, paid, R1, "x")):
        with pytest.raises(RefundRefused):
            careful.run(decide)
    with pytest.raises(RefundRefused):
        careful.run(careful.approvals.approve(LEE, paid, R2))


def test_what_went_back_elsewhere_meanwhile_is_not_paid_twice(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 12_000)
    [attempt] = careful.run(careful.store.payments.get(paid)).attempts
    careful.gateway.refund_in_console(attempt.gateway_id, 2_000)
    careful.run(careful.approvals.approve(LEE, paid, R1))
    outcome = careful.run(careful.refunds.send(paid, R1)).payment
    assert (outcome.refund(R1).status, outcome.refunded) == (RefundStatus.REFUSED, 2_000)


def test_each_decision_is_in_the_audit_list(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 12_000)
    with pytest.raises(SecondPersonNeeded):
        careful.run(careful.approvals.approve(KIM, paid, R1))
    careful.run(careful.approvals.approve(LEE, paid, R1))
    rows = [(row.by, row.action) for row in careful.run(careful.store.people.audit.after(0, 10))]
    assert rows == [
        ("operator:kim", AuditAction.REFUND),
        ("operator:kim", AuditAction.APPROVE_REFUND),
        ("operator:kim", AuditAction.REFUSED),
        ("operator:lee", AuditAction.APPROVE_REFUND),
    ]


def test_use_cases_hold_no_refund_unless_asked() -> None:
    assert shop().refunds.second_person_above == 0


def test_an_approval_names_the_capture_the_refund_and_its_sum(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 6_000)
    after = careful.run(careful.approvals.approve(LEE, paid, R1))
    (event,) = [e for e in careful.run(careful.store.payments.timeline(paid)) if e.kind is EventKind.REFUND_APPROVED]
    assert event.gateway_id == after.refund(R1).gateway_id
    assert (event.refund_id, event.amount, event.reason) == (R1, 6_000, "고객 요청")


def test_what_was_refused_is_a_second_row_that_says_what_was_asked(careful: Shop, paid: MerchantId) -> None:
    refund(careful, paid, 6_000)
    with pytest.raises(SecondPersonNeeded):
        careful.run(careful.approvals.approve(KIM, paid, R1))
    *_, asked, refused = careful.run(careful.store.people.audit.after(0, 100))
    assert (asked.action, asked.merchant_id, json.loads(asked.detail)) == ("approve_refund", paid, {"refund": R1})
    assert (refused.action, refused.merchant_id, refused.by) == ("refused", paid, "operator:kim")
    told = {"asked": "approve_refund", "error": "second-person-needed", "refund": R1}
    assert json.loads(refused.detail) == told
