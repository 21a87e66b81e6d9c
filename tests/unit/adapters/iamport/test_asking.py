"""What is sent to Iamport: bodies digit by digit, and window parameters that a browser cannot change."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from builders import NOON, a_payment, moneys
from hypothesis import given
from hypothesis import strategies as st

from payments.adapters.http_wire.jsontext import decoded, encoded
from payments.adapters.iamport import Buyer, request_pay, wire
from payments.adapters.iamport.api import Call
from payments.adapters.iamport.vocabulary import PAY_METHODS, method_of
from payments.domain.money import EXPONENTS, Money
from payments.domain.refund import BankAccount, Refund
from payments.domain.values import GatewayId, MerchantId, Method, RefundId


def a_refund(**changes: Any) -> Refund:
    facts: dict[str, Any] = {"id": RefundId("r_1"), "gateway_id": GatewayId("imp_1"), "amount": 300, "remainder": 1000}
    return Refund(**facts | {"reason": "고객 요청", "by": "shop:x", "requested_at": NOON} | changes)


def sent(refund: Refund, currency: str = "KRW") -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encoded(wire.cancel_body(refund, currency)))
    return body


def test_a_refund_names_attempt_amount_remainder_and_itself() -> None:
    assert sent(a_refund()) == {
        "imp_uid": "imp_1",
        "amount": 300,
        "checksum": 1000,
        "reason": "[r_1] 고객 요청",
        "extra": {"requester": "admin"},
    }


def test_a_refund_of_a_deposit_names_the_account_and_its_tax_parts() -> None:
    account = BankAccount(bank="BK88", number="110-1", holder="홍길동", phone="010-1234-5678")
    body = sent(a_refund(tax_free=100, vat=18, account=account))
    assert {name: body[name] for name in body.keys() - sent(a_refund()).keys()} == {
        "tax_free": 100,
        "vat_amount": 18,
        "refund_bank": "BK88",
        "refund_account": "110-1",
        "refund_holder": "홍길동",
        "refund_tel": "010-1234-5678",
    }


def test_a_refund_in_dollars_counts_in_dollars() -> None:
    raw = encoded(wire.cancel_body(a_refund(amount=1999, remainder=2000, vat=1), "USD")).decode()
    assert '"amount":19.99,"checksum":20.00' in raw
    assert '"vat_amount":0.01' in raw


@given(moneys())
def test_no_amount_is_rounded(price: Money) -> None:
    """As a float, the last digit of a great sum would be another."""
    body = decoded(encoded(wire.prepare_body(MerchantId("m_1"), price)))
    assert isinstance(body, dict)
    assert (body["amount"], body["currency"]) == (price.to_major(), price.currency)
    assert wire.registration(body, MerchantId("m_1")).is_of(MerchantId("m_1"), price)


@given(st.dictionaries(st.text(), st.text() | st.integers(0, 2**53).map(Decimal)))
def test_what_is_written_is_json(fields: dict[str, str | Decimal]) -> None:
    assert decoded(encoded(fields)) == fields


def test_every_method_is_known_in_requests_and_answers() -> None:
    assert set(PAY_METHODS) == set(Method)
    answers = {**PAY_METHODS, Method.SAMSUNGPAY: "samsung"}
    assert {method: method_of(word) for method, word in answers.items()} == {m: m.value for m in Method}


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Po"])))
def test_an_id_stays_one_part_of_the_path(name: str) -> None:
    target = Call(method="GET", path="/payments/{}", about=name).target
    assert target.isascii()
    assert not set(target.removeprefix("/payments/")) & set("./?#\\ \r\n\x00")
    assert unquote(target.removeprefix("/payments/"), errors="surrogatepass") == name


# The window.


def window(**changes: Any) -> dict[str, Any]:
    facts = {"user_code": "imp00000000", "return_url": "https://shop.example/return"}
    return request_pay(changes.pop("payment", None) or a_payment(merchant_id="m_1"), **facts | changes)


def test_a_window_gets_everything_that_a_browser_must_not_choose() -> None:
    told = window(channel_key="channel-key-1", pg="html5_inicis.X", notice_url="https://shop.example/hook")
    assert told == {
        "user_code": "imp00000000",
        "params": {
            "channelKey": "channel-key-1",
            "pay_method": "card",
            "merchant_uid": "m_1",
            "name": "멤버십 1년",
            "amount": 12000,
            "currency": "KRW",
            "m_redirect_url": "https://shop.example/return",
            "notice_url": "https://shop.example/hook",
        },
    }
    assert window(pg="html5_inicis.X")["params"]["pg"] == "html5_inicis.X"


@given(moneys().filter(lambda price: price.minor < 10**15))
def test_a_windows_amount_is_a_number_of_major_units(price: Money) -> None:
    """A text would keep the window shut since 2024-03-15, and minor units would take a hundredfold."""
    told = window(payment=a_payment(amount=price.minor, currency=price.currency))
    text = json.dumps(told["params"]["amount"])
    assert Decimal(text).scaleb(EXPONENTS[price.currency]) == price.minor
    assert "e" not in text or abs(Decimal(text)) < Decimal("0.001")


def test_a_name_is_never_empty_nor_too_long() -> None:
    payments = [a_payment(name="가" * 100), a_payment(name="", order="ORD-7")]
    assert [window(payment=payment)["params"]["name"] for payment in payments] == ["가" * 40, "ORD 7"]


def test_a_buyers_details_are_cut_to_what_the_provider_keeps() -> None:
    buyer = Buyer(name="김" * 20, phone="010-1234-5678", email="a@b.example")
    params = window(buyer=buyer)["params"]
    assert (params["buyer_name"], params["buyer_tel"], params["buyer_email"]) == ("김" * 16, buyer.phone, buyer.email)
    assert "buyer_addr" not in params


def test_a_deposits_due_time_is_sent_in_korean_time() -> None:
    due = datetime(2026, 11, 5, 14, 59, 59, tzinfo=UTC)
    deposit = a_payment(method=Method.VIRTUAL_ACCOUNT)
    assert window(payment=deposit, deposit_due=due)["params"]["vbank_due"] == "2026-11-05 23:59:59"
    assert "vbank_due" not in window(deposit_due=due + timedelta(1))["params"]


def test_a_payment_by_phone_says_what_the_goods_are() -> None:
    by_phone = a_payment(method=Method.MOBILE)
    assert [window(payment=by_phone, digital=d)["params"]["digital"] for d in (True, False)] == [True, False]
    assert "digital" not in window(digital=True)["params"]
