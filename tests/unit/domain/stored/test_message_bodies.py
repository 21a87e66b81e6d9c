"""What a message tells a shop: each of its fields, which programs of shops read by name."""

import json
from typing import Any

from builders import NOON, a_payment, a_report

from payments.domain.messages import Message
from payments.domain.money import Money
from payments.domain.orphan import Orphan


def told(message: Message) -> Any:
    return json.loads(message.body)


def test_a_message_about_a_payment_names_it_its_event_and_its_money() -> None:
    payment = a_payment(merchant_id="m-1", order="o-1")
    message = Message.about(payment, payment.new_events[0])
    assert (message.id, message.merchant_id, message.version) == ("m-1_1", "m-1", 1)
    assert message.created_at == payment.created_at
    assert told(message) == {
        "type": "payment.begun",
        "timestamp": payment.created_at.isoformat(),
        "data": {
            "merchant_id": "m-1",
            "version": 1,
            "status": "awaiting",
            "order": "o-1",
            "buyer": "buyer-1",
            "price": {"amount": 12_000, "currency": "KRW"},
            "mode": "test",
            "by": "buyer:buyer-1",
            "gateway_id": None,
            "refund_id": None,
            "amount": 12_000,
            "reason": "",
        },
    }


def test_a_message_about_an_orphan_names_its_capture_and_no_payment_of_ours() -> None:
    report = a_report(a_payment(merchant_id="m-1"), gateway_id="imp-1", amount=Money(500, "USD"))
    orphan = Orphan.found(report, NOON, "reconciliation")
    message = Message.about_orphan(orphan, orphan.new_events[0])
    assert (message.id, message.merchant_id, message.version) == ("orphan~imp-1~1", "m-1", 1)
    assert told(message) == {
        "type": "orphan.strayed",
        "timestamp": NOON.isoformat(),
        "data": {
            "merchant_id": "m-1",
            "version": 1,
            "captured": {"amount": 500, "currency": "USD"},
            "mode": "test",
            "by": "reconciliation",
            "gateway_id": "imp-1",
            "refund_id": None,
            "amount": 500,
            "reason": "orphan",
        },
    }
