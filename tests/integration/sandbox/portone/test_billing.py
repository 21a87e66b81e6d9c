"""Billing keys, payments without a window, schedules and cash receipts of V2."""

import json
from typing import Any

import pytest
from support.sandbox import MONTH

from payments.entrypoints.sandbox import NotPossible, Sandbox

CARD = {"card": {"credential": {"number": "4242424242424242", "expiryYear": "40", "expiryMonth": "12"}}}
BILLING = "channel-key-v2-tosspayments-billing"
TOSS = "channel-key-v2-tosspayments"
CALL = {"orderName": "구독", "amount": {"total": 9900}, "currency": "KRW"}


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    """A billing key that pays."""
    return sandbox.portone.issue_key()


def pay(v2, key: str, payment_id: str = "p1", **more: Any) -> tuple[int, Any]:
    return v2.call("POST", f"/payments/{payment_id}/billing-key", {**CALL, "billingKey": key, **more})


@pytest.mark.fact("V2 §8", "documented", "A key is issued for a typed card, read, listed and deleted.")
def test_a_key_is_issued_and_deleted(v2, sandbox: Sandbox) -> None:
    asked = {"channelKey": BILLING, "method": CARD, "customer": {"id": "c1", "name": {"full": "홍길동"}}}
    issued = v2.good("POST", "/billing-keys", asked)["billingKeyInfo"]
    key = issued["billingKey"]
    assert issued["channels"][0]["key"] == BILLING
    info = v2.good("GET", f"/billing-keys/{key}")
    assert (info["status"], info["customer"]) == ("ISSUED", {"id": "c1", "name": "홍길동"})
    assert info["methods"][0]["card"]["number"] == "42424242****4242"
    listed = v2.good("GET", "/billing-keys", params={"requestBody": '{"filter": {"customerId": "c1"}}'})
    assert [each["billingKey"] for each in listed["items"]] == [key]
    assert "deletedAt" in v2.good("DELETE", f"/billing-keys/{key}", params={"reason": "left"})
    assert v2.good("GET", f"/billing-keys/{key}")["status"] == "DELETED"
    assert v2.refused("DELETE", f"/billing-keys/{key}") == (409, "BILLING_KEY_ALREADY_DELETED")
    assert v2.refused("GET", "/billing-keys/none") == (404, "BILLING_KEY_NOT_FOUND")


def test_a_key_that_cannot_be_issued(v2) -> None:
    asked = {"channelKey": "none", "method": CARD}
    assert v2.refused("POST", "/billing-keys", asked) == (404, "CHANNEL_NOT_FOUND")
    assert v2.refused("POST", "/billing-keys", {"channelKey": BILLING}) == (400, "INVALID_REQUEST")
    old = {"card": {"credential": {"number": "4242424242424242", "expiryYear": "20", "expiryMonth": "12"}}}
    assert v2.refused("POST", "/billing-keys", {"channelKey": BILLING, "method": old}) == (502, "PG_PROVIDER")
    bad = {"card": {"credential": {"number": "0000", "expiryYear": "40", "expiryMonth": "12"}}}
    assert v2.refused("POST", "/billing-keys", {"channelKey": BILLING, "method": bad}) == (502, "PG_PROVIDER")


@pytest.mark.fact("V2 §8", "documented", "A key pays at once; what the bank refuses is a 502, and a FAILED attempt.")
def test_a_key_pays_at_once(v2, sandbox: Sandbox, key: str) -> None:
    http, body = pay(v2, key, customer={"id": "c1"})
    assert http == 200
    assert set(body["payment"]) == {"pgTxId", "paidAt"}
    payment = v2.payment()
    assert (payment["status"], payment["billingKey"], payment["origin"]["platformType"]) == ("PAID", key, "API")
    assert pay(v2, key)[1]["type"] == "ALREADY_PAID"
    sandbox.portone.refuse_key(key, "잔액부족")
    http, body = pay(v2, key, "p2")
    assert (http, body["type"], body["pgMessage"]) == (502, "PG_PROVIDER", "잔액부족")
    assert v2.payment("p2")["status"] == "FAILED"
    sandbox.portone.refuse_key(key, None)
    assert pay(v2, key, "p2")[0] == 200
    assert pay(v2, "none", "p3")[1]["type"] == "BILLING_KEY_NOT_FOUND"
    with pytest.raises(NotPossible):
        sandbox.portone.refuse_key("none", None)


def test_a_deleted_key_pays_no_more(v2, key: str) -> None:
    v2.good("DELETE", f"/billing-keys/{key}")
    assert pay(v2, key)[1]["type"] == "BILLING_KEY_ALREADY_DELETED"


@pytest.mark.fact("V2 §8", "documented", "A typed card pays at once.")
@pytest.mark.fact("V2 §2", "documented", "Parts that exceed the total are a 409.")
def test_a_typed_card_pays_at_once(v2, sandbox: Sandbox) -> None:
    asked = {**CALL, "channelKey": TOSS, "method": CARD}
    assert "paidAt" in v2.good("POST", "/payments/p1/instant", asked)["payment"]
    assert v2.payment()["method"]["card"]["number"] == "42424242****4242"
    parts = asked | {"amount": {"total": 100, "taxFree": 60, "vat": 50}}
    refusal = v2.refused("POST", "/payments/p2/instant", parts)
    assert refusal == (409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT")
    sandbox.portone.settings.guesses.attempts_limit = 3
    for _ in range(3):
        sandbox.decline(sandbox.portone.open_window("p3", 1000))
    full = v2.refused("POST", "/payments/p3/instant", asked)
    assert full == (400, "MAX_TRANSACTION_COUNT_REACHED")


@pytest.mark.fact("V2 §8", "documented", "An account is issued without a window.")
def test_an_account_is_issued_at_once(v2, sandbox: Sandbox) -> None:
    account = {
        "bank": "KOOKMIN",
        "expiry": {"validHours": 24},
        "option": {"type": "NORMAL"},
        "cashReceipt": {"type": "NO_RECEIPT", "customerIdentityNumber": ""},
    }
    asked = {**CALL, "channelKey": TOSS, "method": {"virtualAccount": account}}
    v2.good("POST", "/payments/p1/instant", asked)
    payment = v2.payment()
    assert (payment["status"], payment["method"]["bank"]) == ("VIRTUAL_ACCOUNT_ISSUED", "KOOKMIN")
    sandbox.deposit(payment["transactionId"])
    assert v2.payment()["status"] == "PAID"
    for wrong in ({}, {"validHours": 1, "dueDate": "2030-01-01T00:00:00Z"}, {"dueDate": "2020-01-01T00:00:00Z"}):
        method = {"virtualAccount": account | {"expiry": wrong}}
        assert v2.refused("POST", "/payments/p2/instant", asked | {"method": method}) == (400, "INVALID_REQUEST")


def scheduled(v2, key: str, payment_id: str = "p1", at: str = "2023-12-14T22:13:20Z", **more: Any) -> str:
    body = {"payment": {**CALL, "billingKey": key, **more}, "timeToPay": at}
    return v2.good("POST", f"/payments/{payment_id}/schedule", body)["schedule"]["id"]


@pytest.mark.fact("V2 §8", "documented", "A schedule is SCHEDULED, and SUCCEEDED or FAILED when its time has come.")
def test_a_schedule_is_paid_when_its_time_has_come(v2, sandbox: Sandbox, key: str) -> None:
    first = scheduled(v2, key)
    second = scheduled(v2, key, "p2", "2023-12-14T22:13:21Z")
    assert v2.good("GET", f"/payment-schedules/{first}")["status"] == "SCHEDULED"
    assert v2.refused("GET", "/payments/p1") == (404, "PAYMENT_NOT_FOUND")
    sandbox.move_clock(MONTH)
    sandbox.portone.refuse_key(key, "잔액부족")
    sandbox.move_clock(1)
    assert v2.payment()["scheduleId"] == first
    assert v2.good("GET", f"/payment-schedules/{first}")["status"] == "SUCCEEDED"
    assert v2.good("GET", f"/payment-schedules/{second}")["status"] == "FAILED"
    assert v2.payment("p2")["status"] == "FAILED"


@pytest.mark.fact("V2 §8", "documented", "A list of schedules ends now, so those to come need an until.")
def test_schedules_to_come_need_an_until(v2, key: str) -> None:
    schedule = scheduled(v2, key)

    def found(**wanted: Any) -> list[str]:
        asked = {"requestBody": json.dumps({"filter": wanted})}
        return [each["id"] for each in v2.good("GET", "/payment-schedules", params=asked)["items"]]

    assert found() == []
    assert found(until="2024-01-01T00:00:00Z") == [schedule]
    assert found(until="2024-01-01T00:00:00Z", billingKey="none") == []
    assert found(until="2024-01-01T00:00:00Z", status=["REVOKED"]) == []


@pytest.mark.fact("V2 §8", "documented", "Schedules are revoked by key, by id or both; all that are named, or none.")
def test_schedules_are_revoked_all_or_none(v2, sandbox: Sandbox, key: str) -> None:
    ids = [scheduled(v2, key, f"p{number}") for number in range(3)]
    other = scheduled(v2, sandbox.portone.issue_key(), "p9")

    def revoked(**asked: Any) -> Any:
        http, body = v2.call("DELETE", "/payment-schedules", params={"requestBody": json.dumps(asked)})
        return body["revokedScheduleIds"] if http == 200 else (http, body["type"])

    assert revoked() == (400, "INVALID_REQUEST")
    assert revoked(billingKey=key, scheduleIds=[ids[0], other]) == (404, "PAYMENT_SCHEDULE_NOT_FOUND")
    assert revoked(scheduleIds=[ids[0]]) == [ids[0]]
    assert revoked(scheduleIds=[ids[0], ids[1]]) == (409, "PAYMENT_SCHEDULE_ALREADY_REVOKED")
    assert v2.refused("DELETE", f"/billing-keys/{key}") == (409, "PAYMENT_SCHEDULE_ALREADY_EXISTS")
    assert revoked(billingKey=key) == ids[1:]
    sandbox.move_clock(2 * MONTH)
    assert revoked(scheduleIds=[other]) == (409, "PAYMENT_SCHEDULE_ALREADY_PROCESSED")
    assert v2.good("DELETE", f"/billing-keys/{key}")


@pytest.mark.fact("V2 §2", "documented", "What was paid, waits for its deposit or is scheduled is not scheduled.")
def test_what_is_not_scheduled(v2, sandbox: Sandbox, key: str, p1: str) -> None:
    def refusal(payment_id: str, at: str = "2023-12-14T00:00:00Z") -> tuple[int, str]:
        body = {"payment": {**CALL, "billingKey": key}, "timeToPay": at}
        return v2.refused("POST", f"/payments/{payment_id}/schedule", body)

    assert refusal("p1") == (409, "ALREADY_PAID_OR_WAITING")
    sandbox.issue_vbank(sandbox.portone.open_window("p2", 1000, payMethod="VIRTUAL_ACCOUNT"))
    assert refusal("p2") == (409, "ALREADY_PAID_OR_WAITING")
    scheduled(v2, key, "p3")
    assert refusal("p3") == (409, "PAYMENT_SCHEDULE_ALREADY_EXISTS")
    assert pay(v2, key, "p3")[1]["type"] == "PAYMENT_SCHEDULE_ALREADY_EXISTS"
    assert refusal("p4", "2023-11-14T00:00:00Z") == (400, "INVALID_REQUEST")


@pytest.mark.fact("V2 §8", "documented", "A cash receipt is issued once, read, listed and taken back.")
def test_a_cash_receipt_is_issued_and_taken_back(v2, p1: str) -> None:
    asked = {
        "paymentId": "p1",
        "channelKey": TOSS,
        "type": "PERSONAL",
        "orderName": "신발",
        "currency": "KRW",
        "amount": {"total": 1000},
        "customer": {"identityNumber": "01012345678"},
    }
    assert v2.refused("GET", "/payments/p1/cash-receipt") == (404, "CASH_RECEIPT_NOT_FOUND")
    issued = v2.good("POST", "/cash-receipts", asked)["cashReceipt"]
    assert v2.refused("POST", "/cash-receipts", asked) == (409, "CASH_RECEIPT_ALREADY_ISSUED")
    receipt = v2.good("GET", "/payments/p1/cash-receipt")
    assert (receipt["status"], receipt["issueNumber"]) == ("ISSUED", issued["issueNumber"])
    assert v2.payment()["cashReceipt"]["status"] == "ISSUED"
    assert len(v2.good("GET", "/cash-receipts")["items"]) == 1
    assert v2.good("POST", "/payments/p1/cash-receipt/cancel")["cancelledAmount"] == 1000
    assert v2.payment()["cashReceipt"]["status"] == "CANCELLED"
    again = v2.refused("POST", "/payments/p1/cash-receipt/cancel")
    assert again == (404, "CASH_RECEIPT_NOT_ISSUED")
    assert v2.refused("POST", "/cash-receipts", asked | {"channelKey": "x"}) == (404, "CHANNEL_NOT_FOUND")


@pytest.mark.fact("V2 §7.3", "documented", "A manual channel takes no money before the shop confirms it.")
def test_a_manual_channel_waits_for_the_shop(v2, sandbox: Sandbox) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, channelKey="channel-key-v2-manual")
    row = sandbox.approve(transaction_id)
    token = row.hidden.portone.payment_token
    assert v2.payment()["status"] == "READY"
    confirm = {"paymentToken": token, "totalAmount": 1000, "currency": "KRW", "isTest": True}

    def refusal(**wrong: Any) -> tuple[int, str]:
        return v2.refused("POST", "/payments/p1/confirm", confirm | wrong)

    assert refusal(totalAmount=999) == refusal(isTest=False) == refusal(txId="x") == (409, "INFORMATION_MISMATCH")
    assert refusal(paymentToken="wrong") == (400, "INVALID_PAYMENT_TOKEN")
    assert "paidAt" in v2.good("POST", "/payments/p1/confirm", confirm)
    assert v2.payment()["status"] == "PAID"
    assert refusal() == (409, "ALREADY_PAID")
    assert v2.refused("POST", "/payments/none/confirm", confirm) == (404, "PAYMENT_NOT_FOUND")


def test_the_parcel_of_an_escrow_payment(v2, sandbox: Sandbox) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, isEscrow=True)
    parcel = {"logistics": {"company": "CJ", "invoiceNumber": "123", "sentAt": "2023-11-15T00:00:00Z"}}
    assert v2.refused("POST", "/payments/p1/escrow/logistics", parcel) == (409, "PAYMENT_NOT_PAID")
    sandbox.approve(transaction_id)
    assert v2.payment()["escrow"]["status"] == "BEFORE_REGISTERED"
    assert v2.good("POST", "/payments/p1/escrow/logistics", parcel)["invoiceNumber"] == "123"
    assert v2.payment()["escrow"]["status"] == "REGISTERED"
    assert "modifiedAt" in v2.good("PATCH", "/payments/p1/escrow/logistics", parcel)
    assert "completedAt" in v2.good("POST", "/payments/p1/escrow/complete", {})
    assert v2.payment()["escrow"]["status"] == "CONFIRMED"
    assert v2.good("POST", "/payments/p1/capture", {}) == {}
    receipts = {"items": [{"storeName": "a"}]}
    assert "receiptUrl" in v2.good("POST", "/payments/p1/register-store-receipt", receipts)
