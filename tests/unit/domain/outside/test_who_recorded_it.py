"""Money given back elsewhere is recorded, merged and counted by somebody, and the audit list says by whom."""

import json

import pytest

from payments.domain.errors import PaymentNotFound
from payments.domain.event import EventKind
from payments.domain.money import Money
from payments.domain.outside.deciding import GivenBack
from payments.domain.people.audit import AuditAction
from payments.domain.refund import RefundStatus
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer, RefundId
from payments.testing import Shop, shop

KIM = Caller.operator("kim")
R1 = RefundId("r1")


@pytest.fixture
def here() -> Shop:
    return shop()


def a_sale(here: Shop) -> tuple[MerchantId, GatewayId]:
    payment = here.run(here.checkout.begin("ann", "o-1", Offer("책", Money(1_000)), Method.CARD, KIM))
    attempt = here.pay(payment)
    here.run(here.checkout.complete(KIM, payment.merchant_id, attempt))
    return payment.merchant_id, attempt


def a_record_in_question(here: Shop) -> MerchantId:
    """Return a payment with a record, of which the provider then reports a refund of the same sum."""
    merchant_id, attempt = a_sale(here)
    here.run(here.outside_refunds.record(KIM, merchant_id, GivenBack(amount=300, note="x", gateway_id=attempt), R1))
    here.gateway.refund_in_console(attempt, 300)
    here.run(here.refresher.refresh_attempt(attempt, "webhook", merchant_id))
    return merchant_id


def audited(here: Shop) -> list[tuple[str, str, dict[str, object]]]:
    rows = here.run(here.store.people.audit.after(0, 20))
    return [(row.action, row.by, json.loads(row.detail)) for row in rows if "outside" in row.action]


def test_a_record_is_in_the_audit_list_with_its_sum_its_attempt_and_its_note(here: Shop) -> None:
    merchant_id, attempt = a_sale(here)
    given = GivenBack(amount=300, note="계좌 이체", gateway_id=attempt)
    here.run(here.outside_refunds.record(KIM, merchant_id, given, R1))
    detail = {"refund": "r1", "amount": 300, "attempt": attempt, "note": "계좌 이체"}
    assert audited(here) == [(AuditAction.RECORD_OUTSIDE_REFUND, str(KIM), detail)]


def test_whoever_merges_a_record_is_named_in_the_timeline_and_in_the_audit_list(here: Shop) -> None:
    merchant_id = a_record_in_question(here)
    merged = here.run(here.outside_refunds.merge(Caller.operator("lee"), merchant_id, R1))
    assert merged.refund(R1).status is RefundStatus.MERGED
    event = next(e for e in here.run(here.checkout.timeline(KIM, merchant_id)) if e.kind is EventKind.OUTSIDE_MERGED)
    assert event.by == str(Caller.operator("lee"))
    assert audited(here)[-1] == (AuditAction.MERGE_OUTSIDE_REFUND, event.by, {"refund": "r1"})


def test_whoever_counts_a_record_again_is_named_too(here: Shop) -> None:
    merchant_id = a_record_in_question(here)
    counted = here.run(here.outside_refunds.count(Caller.operator("lee"), merchant_id, R1))
    assert counted.refund(R1).status is RefundStatus.OUTSIDE
    assert audited(here)[-1] == (AuditAction.COUNT_OUTSIDE_REFUND, str(Caller.operator("lee")), {"refund": "r1"})


def test_a_buyer_records_nothing(here: Shop) -> None:
    merchant_id, attempt = a_sale(here)
    with pytest.raises(PaymentNotFound):
        here.run(
            here.outside_refunds.record(
                Caller.buyer("ann"), merchant_id, GivenBack(amount=300, note="x", gateway_id=attempt), R1
            )
        )
    assert audited(here) == []
