"""The npm package `iamport` 0.3.4, all of it, beyond what its own tests try."""

from collections.abc import Callable
from typing import Any

import pytest
from integration.clients.remote import Named, Remote, Thrown
from support.sandbox import TYPED_CARD

from payments.entrypoints.sandbox import KEY, SECRET, Sandbox

MONTH = 30 * 24 * 3600


@pytest.fixture
def client(in_node: Remote, sandbox: Sandbox) -> Named:
    module = in_node.load("iamport")
    in_node.ask("set", module, ("DEFAULT_HOST", sandbox.url), {})  # its public, static host: it takes no base URL
    return module.keep({"impKey": KEY, "impSecret": SECRET})


@pytest.fixture
def paid(sandbox: Sandbox) -> str:
    return sandbox.approve(sandbox.open_window("order-1", 1000)).imp_uid


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    with pytest.raises(Thrown) as thrown:
        call(params)
    return thrown.value.attributes["code"], thrown.value.text


def test_payments_are_found(client: Named, paid: str) -> None:
    assert client.payment.getByImpUid({"imp_uid": paid})["merchant_uid"] == "order-1"
    assert client.payment.getByMerchant({"merchant_uid": "order-1"})["imp_uid"] == paid
    page = client.payment.getByStatus({"payment_status": "paid", "limit": 1, "sorting": "paid"})
    assert (page["total"], page["next"], page["list"][0]["merchant_uid"]) == (2, 2, "an-hour-ago")
    assert refused(client.payment.getByImpUid, imp_uid="imp_none") == ("HTTP_404", "404")


def test_payments_are_cancelled_in_parts_and_whole(client: Named, paid: str) -> None:
    part = client.payment.cancel({"imp_uid": paid, "amount": 300, "checksum": 1000, "reason": "변심"})
    assert (part["cancel_amount"], part["cancel_reason"]) == (300, "변심")
    assert client.payment.cancel({"merchant_uid": "order-1"})["cancel_amount"] == 1000
    assert refused(client.payment.cancel, imp_uid=paid) == ("IAMPORT_1", "이미 전액취소된 주문입니다.")


def test_amounts_are_registered(client: Named, sandbox: Sandbox) -> None:
    assert client.payment.prepare({"merchant_uid": "p", "amount": 500})["amount"] == 500
    assert client.payment.getPrepare({"merchant_uid": "p"})["amount"] == 500
    assert refused(client.payment.prepare, merchant_uid="p", amount=500)[0] == "IAMPORT_1"
    assert refused(client.payment.getPrepare, merchant_uid="none")[0] == "HTTP_404"
    assert sandbox.open_window("p", 500)


@pytest.mark.parametrize(
    ("create", "get", "delete"), [("create", "get", "delete"), ("createCustomers", "getCustomers", "deleteCustomers")]
)
def test_billing_keys_are_issued_read_and_deleted(client: Named, create: str, get: str, delete: str) -> None:
    customers = client.subscribe_customer
    made = getattr(customers, create)({"customer_uid": "c-1", **TYPED_CARD, "customer_name": "홍길동"})
    assert (made["card_number"], made["customer_name"]) == ("40920230****1234", "홍길동")
    assert getattr(customers, get)({"customer_uid": "c-1"}) == made
    assert getattr(customers, delete)({"customer_uid": "c-1"}) == made
    assert "c-1" in refused(getattr(customers, get), customer_uid="c-1")[1]


def test_a_subscription_runs(client: Named, sandbox: Sandbox) -> None:
    subscribe = client.subscribe
    first = subscribe.onetime({"merchant_uid": "m-0", "amount": 9900, "customer_uid": "c-1", **TYPED_CARD})
    assert (first["status"], first["customer_uid"]) == ("paid", "c-1")
    assert subscribe.again({"customer_uid": "c-1", "merchant_uid": "m-1", "amount": 9900})["status"] == "paid"
    now = sandbox.clock.now()
    later = [{"merchant_uid": f"m-{n}", "schedule_at": now + n * MONTH, "amount": 9900} for n in (2, 3)]
    made = subscribe.schedule({"customer_uid": "c-1", "schedules": later})
    assert [row["schedule_status"] for row in made] == ["scheduled", "scheduled"]
    assert subscribe.unschedule({"customer_uid": "c-1", "merchant_uid": "m-3"})[0]["schedule_status"] == "revoked"
    sandbox.move_clock(4 * MONTH)
    assert client.payment.getByMerchant({"merchant_uid": "m-2"})["status"] == "paid"
    assert refused(client.payment.getByMerchant, merchant_uid="m-3")[0] == "HTTP_404"
    assert refused(subscribe.again, customer_uid="none", merchant_uid="x", amount=1) == (
        "IAMPORT_1",
        "등록되지 않은 구매자입니다.",
    )


def test_virtual_accounts_are_issued(client: Named, sandbox: Sandbox) -> None:
    due = sandbox.clock.now() + 3600
    asked = {"merchant_uid": "v", "amount": 5000, "vbank_code": "088", "vbank_due": due, "vbank_holder": "상점"}
    row = client.vbank.create(asked | {"channel_key": "channel-key-inicis"})
    assert (row["status"], row["vbank_name"], row["vbank_date"]) == ("ready", "신한은행", due)
    assert sandbox.deposit(row["imp_uid"]).status == "paid"


def test_certifications_are_read_and_deleted(client: Named) -> None:
    who = {"imp_uid": "imp_339323965143"}
    assert client.certification.get(who)["name"] == "홍길동"
    assert client.certification.delete(who)["certified"] is True
    assert refused(client.certification.get, **who) == ("HTTP_404", "404")


def test_a_token_that_ended_is_renewed_within_the_call(client: Named, sandbox: Sandbox, paid: str) -> None:
    client.payment.getByImpUid({"imp_uid": paid})
    sandbox.tokens.expire()
    assert client.payment.getByImpUid({"imp_uid": paid})["imp_uid"] == paid
    tokens = [call for call in sandbox.journal.calls if call.path == "/users/getToken"]
    assert [call.http for call in tokens] == [200, 200]
    assert [call.http for call in sandbox.journal.of("/payments")] == [200, 401, 200]


def test_wrong_keys_are_refused(in_node: Remote, client: Named) -> None:
    stranger = in_node.load("iamport").keep({"impKey": "wrong", "impSecret": "wrong"})
    assert refused(stranger.payment.getByImpUid, imp_uid="imp_1")[0] == "HTTP_401"


def test_nothing_it_offers_is_left_out(client: Named, unused: Callable[[list[str]], set[str]]) -> None:
    resources = ("payment", "subscribe", "subscribe_customer", "certification", "vbank")
    names = [f"{resource}.{name}" for resource in resources for name in getattr(client, resource).names()]
    by_name = {f"subscribe_customer.{name}" for name in ("create", "get", "delete")}  # in a parameter, above
    by_name |= {f"{name}Customers" for name in by_name}
    assert len(names) == 19
    assert unused(set(names) - by_name) == set()
