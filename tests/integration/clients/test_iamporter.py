"""The PyPI package `iamporter` 0.2.4: its client and the calls below it, all by form."""

from collections.abc import Callable
from typing import Any

import pytest
from integration.clients.remote import Named, Remote, Thrown
from support.sandbox import TYPED_CARD

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox

PERSON = {"name": "홍길동", "tel": "010-1234-5678", "email": "h@example.com", "addr": "서울", "postcode": "06018"}
GROUPS = "Certifications Cards Banks Escrows Naver Payco Payments Receipts Subscribe VBanks".split()


@pytest.fixture
def module(in_python: Remote) -> Named:
    in_python.load("iamporter.api")
    return in_python.load("iamporter")


@pytest.fixture
def client(module: Named, sandbox: Sandbox) -> Named:
    return module.Iamporter.keep(imp_key=KEY, imp_secret=SECRET, imp_url=sandbox.url)


@pytest.fixture
def api(module: Named, sandbox: Sandbox) -> Callable[[str], Named]:
    auth = module.IamportAuth.keep(KEY, SECRET, imp_url=sandbox.url)
    return lambda name: getattr(module.api, name).keep(auth, imp_url=sandbox.url)


@pytest.fixture
def paid(sandbox: Sandbox) -> str:
    return sandbox.approve(sandbox.open_window("order-1", 1000)).imp_uid


def refused(call: Callable[..., Any], **kwargs: Any) -> tuple[int, int, str]:
    """Return the status, code and message of an `ImpApiError`."""
    with pytest.raises(Thrown) as thrown:
        call(**kwargs)
    assert thrown.value.kind == "ImpApiError"
    response = thrown.value.attributes["response"]
    return response["status"], response["code"], response["message"]


def test_wrong_keys_are_refused_in_words(module: Named, sandbox: Sandbox) -> None:
    with pytest.raises(Thrown) as thrown:
        module.Iamporter.keep(imp_key="wrong", imp_secret="wrong", imp_url=sandbox.url)
    told = thrown.value.attributes["message"]
    assert (thrown.value.kind, told) == ("ImpUnAuthorized", "인증에 실패하였습니다. API키와 secret을 확인하세요.")


def test_an_authorization_made_elsewhere_is_taken(module: Named, sandbox: Sandbox, paid: str) -> None:
    auth = module.IamportAuth.keep(KEY, SECRET, imp_url=sandbox.url)
    client = module.Iamporter.keep(imp_auth=auth, imp_url=sandbox.url)
    assert client.find_payment(imp_uid=paid)["status"] == "paid"
    sandbox.tokens.expire()
    with pytest.raises(Thrown, match="Unauthorized"):
        client.find_payment(imp_uid=paid)


def test_payments_are_found_and_cancelled(client: Named, paid: str) -> None:
    assert client.find_payment(imp_uid=paid)["merchant_uid"] == "order-1"
    assert client.find_payment(merchant_uid="order-1")["imp_uid"] == paid
    part = client.cancel_payment(imp_uid=paid, amount=300.0, tax_free=0, reason="변심")
    assert (part["cancel_amount"], part["cancel_reason"]) == (300, "변심")
    assert client.cancel_payment(merchant_uid="order-1")["cancel_amount"] == 1000
    assert refused(client.cancel_payment, imp_uid=paid) == (200, 1, "이미 전액취소된 주문입니다.")
    assert refused(client.find_payment, imp_uid="imp_none") == (404, -1, "존재하지 않는 결제정보입니다.")


def test_billing_keys_are_issued_read_and_deleted(client: Named) -> None:
    row = client.create_billkey(customer_uid="c-1", **TYPED_CARD, pg="nice", customer_info=PERSON)
    assert {row[f"customer_{name}"] for name in PERSON} == set(PERSON.values())
    assert client.find_billkey(customer_uid="c-1") == row
    assert client.delete_billkey(customer_uid="c-1") == row
    unknown = "요청하신 customer_uid(c-1)로 등록된 정보를 찾을 수 없습니다."
    assert refused(client.find_billkey, customer_uid="c-1") == (200, 1, unknown)


def test_cards_and_keys_pay(client: Named) -> None:
    bought = {"name": "구독", "amount": 9900, "buyer_info": PERSON, "custom_data": '{"n": 1}'}
    row = client.create_payment(merchant_uid="m-0", customer_uid="c-1", **TYPED_CARD, **bought, vat=900, card_quota=0)
    assert (row["status"], row["buyer_name"], row["custom_data"]) == ("paid", "홍길동", '{"n": 1}')
    row = client.create_payment(merchant_uid="m-1", customer_uid="c-1", **bought)
    assert (row["customer_uid"], row["customer_uid_usage"]) == ("c-1", "payment")
    unknown = {"merchant_uid": "m-2", "customer_uid": "none", "name": "구독", "amount": 1}
    assert refused(client.create_payment, **unknown) == (200, 1, "등록되지 않은 구매자입니다.")


def test_the_calls_below_answer_as_the_service_does(api: Callable[[str], Named], sandbox: Sandbox, paid: str) -> None:
    payments = api("Payments")
    answer = payments.get(paid)
    assert (answer["status"], answer["code"], answer["is_succeed"]) == (200, 0, True)
    assert answer["raw"] == {"code": 0, "message": None, "response": answer["data"]}
    assert payments.get_find("order-1", payment_status="paid", sorting="-paid")["data"]["imp_uid"] == paid
    assert payments.get_findall("order-1", "paid", page=1, sorting="paid")["data"]["total"] == 1
    now = sandbox.clock.now()
    page = payments.get_status("all", page=1, limit=10, search_from=now - 7200, search_to=now + 9, sorting="-started")
    assert [row["merchant_uid"] for row in page["data"]["list"]] == ["order-1", "an-hour-ago"]
    payco = sandbox.approve(sandbox.open_window("order-2", 1100, pg="payco")).imp_uid
    assert payments.get_balance(payco)["data"]["primary"]["vat"] == 100
    account = {"refund_holder": "홍길동", "refund_bank": "88", "refund_account": "110"}
    given_back = payments.post_cancel(imp_uid=paid, amount=100, checksum=1000, reason="변심", **account)
    assert given_back["data"]["cancel_amount"] == 100
    wrong = payments.post_cancel(imp_uid=paid, checksum=1000)
    assert (wrong["is_succeed"], wrong["status"], wrong["code"]) == (False, 200, 1)


def test_the_billing_calls_below_answer_too(api: Callable[[str], Named]) -> None:
    subscribe = api("Subscribe")
    assert subscribe.post_customers("c-1", customer_name="홍길동", **TYPED_CARD)["is_succeed"]
    assert subscribe.post_payments_onetime("m-0", 9900, customer_uid="c-1", **TYPED_CARD)["data"]["status"] == "paid"
    assert subscribe.post_payments_again("c-1", "m-1", 9900, "구독")["data"]["status"] == "paid"
    paid = subscribe.get_customers_payments("c-1", page=1)["data"]
    assert [row["merchant_uid"] for row in paid["list"]] == ["m-1", "m-0"]
    assert subscribe.get_customers("c-1")["data"]["customer_uid"] == "c-1"
    assert subscribe.delete_customers("c-1")["is_succeed"]
    assert not subscribe.get_customers("c-1")["is_succeed"]


def test_what_it_checks_itself_never_leaves_it(client: Named, sandbox: Sandbox) -> None:
    calls = (client.find_payment, client.cancel_payment, client.create_billkey, client.find_billkey)
    before = len(sandbox.journal.calls)
    for call in (*calls, client.delete_billkey, client.create_payment):
        with pytest.raises(Thrown, match="KeyError"):
            call()
    assert len(sandbox.journal.calls) == before


def test_nothing_it_offers_is_left_out(
    client: Named, api: Callable[[str], Named], unused: Callable[[set[str]], set[str]]
) -> None:
    names = set(client.names())
    assert len(names) == 6
    below = {name: api(name).names() for name in GROUPS}
    assert {name: len(calls) for name, calls in below.items() if calls} == {"Payments": 6, "Subscribe": 6}
    assert unused(names | {call for calls in below.values() for call in calls}) == set()
