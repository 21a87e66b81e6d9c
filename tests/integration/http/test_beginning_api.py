"""The payments API: beginning a payment, and where its price comes from."""

import pytest
from support.api import RunningApi, bearer, signed_order, slug

from payments.domain.errors import ContractViolation, NotSent, Rejected, Unknown


@pytest.mark.parametrize("text", ["cart\x00", "cart\ud800"], ids=ascii)
@pytest.mark.parametrize("claim", ["order", "name"])
def test_a_signed_order_that_no_database_can_keep_is_refused(api: RunningApi, claim, text):
    answer = api.post("/payments", {"order": signed_order(**{claim: text})}, headers=api.alice)
    assert slug(answer) == "order-not-found"


def test_a_buyer_begins_and_gets_what_opens_the_window(api: RunningApi):
    answer = api.post("/payments", {"order": "gold", "method": "card", "expected_amount": 12_000}, headers=api.alice)
    assert answer.status_code == 201
    begun = answer.json()
    assert (begun["status"], begun["amount"], begun["currency"]) == ("awaiting", 12_000, "KRW")
    assert begun["window"]["parameters"]["user_code"] == "imp12345678"
    opening = begun["window"]["parameters"]["request_pay"]
    assert (opening["merchant_uid"], opening["amount"]) == (begun["merchant_id"], 12_000)
    assert "client_token" not in begun
    assert "attempts" not in begun


def test_a_shops_server_begins_for_a_buyer_and_gets_a_client_token(api: RunningApi):
    body = {"buyer": "alice", "order": "o-1", "name": "책", "amount": 1_999, "currency": "USD", "method": "paypal"}
    begun = api.post("/payments", body, headers=api.shop).json()
    assert begun["window"]["parameters"]["request_pay"]["amount"] == 19.99
    client = bearer(begun["client_token"])
    path = f"/payments/{begun['merchant_id']}"
    assert api.get(path, headers=client).json()["buyer"] == "alice"
    attempt = api.approved(begun)
    assert api.post(f"{path}/complete", {"gateway_id": attempt}, headers=client).json()["status"] == "paid"
    assert api.post(f"{path}/abandon", {}, headers=client).json()["status"] == "paid"


def test_a_browser_cannot_name_the_price(api: RunningApi):
    for tampering in ({"amount": 10}, {"price": 10}, {"currency": "KRW"}, {"buyer": "bob"}, {"name": "Free"}):
        answer = api.post("/payments", {"order": "gold"} | tampering, headers=api.alice)
        assert slug(answer) == "malformed-request"
        assert next(iter(tampering)) in answer.json()["detail"]
    assert slug(api.post("/payments", {"order": "gold", "expected_amount": 10}, headers=api.alice)) == "price-changed"
    assert api.get("/payments", headers=api.alice).json() == {"payments": []}


def test_an_order_signed_by_the_shop_carries_its_price(api: RunningApi):
    begun = api.begun(signed_order(sub="alice"))
    assert (begun["order"], begun["name"], begun["amount"]) == ("cart-1", "장바구니", 5_500)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "bob"},
        {"aud": "payments"},
        {"iss": "somebody"},
        {"exp": 1},
        {"exp": None},
        {"amount": "5500"},
        {"amount": 5500.5},
        {"amount": True},
        {"amount": None},
        {"currency": "XXX"},
        {"currency": ["KRW"]},
        {"name": ""},
        {"name": None},
        {"order": "x" * 121},
        {"order": 7},
        {"order": None},
    ],
    ids=str,
)
def test_an_order_that_the_shop_did_not_sign_for_this_buyer_is_none(api: RunningApi, claims):
    assert slug(api.post("/payments", {"order": signed_order(**claims)}, headers=api.alice)) == "order-not-found"


def test_an_order_changed_after_it_was_signed_is_none(api: RunningApi):
    head, _, tail = signed_order().split(".")
    _, cheaper, _ = signed_order(amount=1).split(".")
    assert slug(api.post("/payments", {"order": f"{head}.{cheaper}.{tail}"}, headers=api.alice)) == "order-not-found"


def test_beginning_the_same_order_again_is_the_same_payment(api: RunningApi):
    assert api.begun("gold")["merchant_id"] == api.begun("gold")["merchant_id"] != api.begun("gold#2")["merchant_id"]


def test_an_order_that_is_paid_cannot_be_begun_again(api: RunningApi):
    api.paid("gold")
    assert slug(api.post("/payments", {"order": "gold"}, headers=api.alice)) == "already-paid"


def test_an_order_without_a_price_is_refused(api: RunningApi):
    assert slug(api.post("/payments", {"order": "platinum"}, headers=api.alice)) == "order-not-found"


def test_the_provider_refusing_the_price_is_told_in_its_own_words(api: RunningApi):
    api.gateway.trouble("prepare", Rejected("No.", "-1", "금액이 너무 큽니다"))
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice)
    assert slug(answer) == "gateway-rejected"
    assert (answer.json()["provider_code"], answer.json()["provider_text"]) == ("-1", "금액이 너무 큽니다")


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (NotSent("connect to 10.0.0.7:443 refused"), 503, "gateway-not-reached"),
        (Unknown("read timed out after 10.0.0.7"), 504, "gateway-unknown"),
        (ContractViolation("10.0.0.7 said NaN"), 502, "gateway-contract"),
    ],
)
def test_trouble_with_the_provider_tells_nothing_of_our_inside(api: RunningApi, error, status, expected):
    api.gateway.trouble("prepare", error)
    answer = api.post("/payments", {"order": "gold"}, headers=api.alice)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert "10.0.0.7" not in answer.text
    assert api.begun("gold")["status"] == "awaiting"
