"""What is sent to PortOne: cancels that are executed once, and windows that a browser cannot change."""

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from builders import NOON, a_payment

from payments.adapters.portone import request_payment
from payments.adapters.portone.cancelling import cancel_body, idempotency_key
from payments.adapters.portone.words import PAY_METHODS, bank_of
from payments.domain.errors import Rejected
from payments.domain.money import TaxParts
from payments.domain.ports import Contact
from payments.domain.refund import BankAccount, Refund
from payments.domain.values import GatewayId, MerchantId, Method, RefundId, Terms

M1 = MerchantId("m_1")
ACCOUNT = BankAccount(bank="088", number="110123456789", holder="홍길동", phone="01012345678")


def a_refund(**changes: Any) -> Refund:
    facts: dict[str, Any] = {"id": RefundId("r_1"), "gateway_id": GatewayId("tx"), "amount": 300, "remainder": 1000}
    return Refund(**facts | {"reason": "고객 요청", "by": "shop:x", "requested_at": NOON} | changes)


def key(refund: Refund, merchant_id: MerchantId = M1) -> str:
    return idempotency_key(merchant_id, cancel_body(refund), refund.refusals)


def test_a_cancel_says_its_sum_the_remainder_and_itself() -> None:
    assert cancel_body(a_refund()) == {
        "amount": 300,
        "currentCancellableAmount": 1000,
        "reason": "[r_1] 고객 요청",
        "requester": "ADMIN",
        "taxFreeAmount": 0,
    }
    parts = cancel_body(a_refund(tax_free=100, vat=18))
    assert (parts["taxFreeAmount"], parts["vatAmount"]) == (100, 18)


def test_a_bank_is_named_as_the_api_names_it() -> None:
    account = cancel_body(a_refund(account=ACCOUNT))["refundAccount"]
    assert account == {
        "bank": "SHINHAN",
        "number": "110123456789",
        "holderName": "홍길동",
        "holderPhoneNumber": "01012345678",
    }
    assert [bank_of(code) for code in ("88", "BK88", "023", "90")] == [
        "SHINHAN",
        "SHINHAN",
        "STANDARD_CHARTERED",
        "KAKAO",
    ]


def test_an_account_at_a_bank_without_a_name_is_refused_and_not_sent() -> None:
    with pytest.raises(Rejected):
        cancel_body(a_refund(account=attrs.evolve(ACCOUNT, bank="05")))


def test_the_same_request_has_the_same_key_and_any_other_has_another() -> None:
    first = a_refund()
    assert key(first) == key(attrs.evolve(first, sends=3, sent_at=NOON, sending_until=NOON, failure="no"))
    others = [
        attrs.evolve(first, remainder=700),
        attrs.evolve(first, refusals=1),
        attrs.evolve(first, amount=200),
        attrs.evolve(first, id=RefundId("r_2")),
        attrs.evolve(first, account=ACCOUNT),
    ]
    keys = {key(first), *map(key, others), key(first, MerchantId("m_2"))}
    assert len(keys) == len(others) + 2
    assert all(16 <= len(one) <= 256 and one.isalnum() and one.isascii() for one in keys)


def window(**changes: Any) -> dict[str, Any]:
    payment = changes.pop("payment", None) or a_payment(merchant_id="m_1", name="멤버십")
    facts = {"store_id": "store-1", "channel_key": "channel-key-1", "return_url": "https://shop.example/return"}
    return request_payment(payment, **facts | changes)


def test_a_window_names_the_price_in_minor_units_and_where_to_return() -> None:
    assert window() == {
        "storeId": "store-1",
        "channelKey": "channel-key-1",
        "paymentId": "m_1",
        "orderName": "멤버십",
        "totalAmount": 12_000,
        "currency": "KRW",
        "payMethod": "CARD",
        "redirectUrl": "https://shop.example/return",
        "taxFreeAmount": 0,
    }
    assert window(payment=a_payment(amount=1999, currency="USD"))["totalAmount"] == 1999


def test_every_method_opens_as_the_provider_calls_it() -> None:
    assert set(PAY_METHODS) == set(Method)
    easy = window(payment=a_payment(method=Method.KAKAOPAY))
    assert (easy["payMethod"], easy["easyPay"]) == ("EASY_PAY", {"easyPayProvider": "KAKAOPAY"})
    assert window(payment=a_payment(method=Method.MOBILE), digital=True)["productType"] == "DIGITAL"
    due = datetime(2026, 11, 5, 14, 59, tzinfo=UTC)
    account = window(payment=a_payment(method=Method.VIRTUAL_ACCOUNT), deposit_due=due)
    assert account["virtualAccount"] == {"accountExpiry": {"dueDate": "2026-11-05 23:59:00"}}


def test_the_payments_own_terms_win_over_the_settings() -> None:
    terms = Terms(parts=TaxParts(tax_free=4_000, vat=727), max_instalments=3)
    opened = window(payment=a_payment(terms=terms), max_instalments=12, notice_url="https://shop.example/hook")
    assert (opened["taxFreeAmount"], opened["vatAmount"]) == (4_000, 727)
    assert opened["card"] == {"installment": {"monthOption": {"availableMonthList": [2, 3]}}}
    assert opened["noticeUrls"] == ["https://shop.example/hook"]


def test_the_buyers_contact_is_passed_on() -> None:
    assert window(contact=Contact(name="홍길동", phone="01012345678"))["customer"] == {
        "fullName": "홍길동",
        "phoneNumber": "01012345678",
    }
