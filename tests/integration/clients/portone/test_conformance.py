"""Every answer of V2's sandbox is one that the provider's own document allows: for each operation that it has."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
import requests
from integration.clients.portone.conforming import Document
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.api.portone.endpoint import TABLE
from payments.entrypoints.sandbox.portone_settings import V2_SECRET

TOSS, BILLING = "channel-key-v2-tosspayments", "channel-key-v2-tosspayments-billing"
CARD = {"card": {"credential": {"number": "4242424242424242", "expiryYear": "40", "expiryMonth": "12"}}}
CALL = {"orderName": "신발", "amount": {"total": 1000}, "currency": "KRW"}
RECEIPT = {"channelKey": TOSS, "type": "PERSONAL", "customer": {"identityNumber": "0101"}, **CALL}
PARCEL = {"logistics": {"company": "CJ", "invoiceNumber": "1", "sentAt": "2026-01-01T00:00:00Z"}}
STORE_ITEM = {"storeBusinessRegistrationNumber": "1", "storeName": "a", "totalAmount": 1, "currency": "KRW"}
NAMES = {"payment_id": "paymentId", "billing_key": "billingKey", "schedule_id": "paymentScheduleId"}
NAMES |= {"cancellation_id": "cancellationId", "promotion_id": "promotionId"}
LATER = {
    ("POST", "/payments/{paymentId}/confirm"),
    ("POST", "/payments/{paymentId}/capture"),
    ("POST", "/payments/{paymentId}/cancellations/{cancellationId}/stop"),
    ("GET", "/payment-events-by-cursor"),
    ("POST", "/billing-keys/confirm"),
    ("POST", "/billing-keys/confirm-issue-and-pay"),
}
"""Operations that are newer than the document."""


def template(path: str) -> str:
    """Return a route of the table as the document writes it."""
    return re.sub(r"\{(\w+)\}", lambda name: "{" + NAMES[name[1]] + "}", path)


@attrs.define
class Checked:
    """Calls whose answers are compared with the document; `seen` counts the statuses of each operation."""

    url: str
    document: Document
    session: requests.Session
    seen: set[tuple[str, str, int]] = attrs.field(factory=set)
    types: set[str] = attrs.field(factory=set)

    def call(self, method: str, path: str, body: Any = None, **named: str) -> Any:
        """Call an operation by its path in the document."""
        filled = path.format_map({"paymentId": "p1"} | named)
        options: dict[str, Any] = (
            {"params": {"requestBody": json.dumps(body)}} if method in ("GET", "DELETE") and body else {}
        )
        if method in ("POST", "PATCH") and body is not None:
            options["json"] = body
        answer = self.session.request(method, self.url + filled, timeout=EVENTUALLY, **options)
        content = answer.json()
        self.seen.add((method, path, answer.status_code))
        self.types |= {content["type"]} if answer.status_code != 200 else set()
        assert self.document.problems(method, path, answer.status_code, content) == [], content
        return content


@pytest.fixture
def checked(sandbox: Sandbox, document: Document) -> Iterator[Checked]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"PortOne {V2_SECRET}"
        yield Checked(sandbox.portone.url, document, session)


def test_every_operation_that_the_sandbox_has_is_the_documents(document: Document) -> None:
    mine = {(line.method, template(line.path)) for line in TABLE}
    assert mine - document.operations() == LATER
    theirs = {each for each in document.operations() if re.match("/(payment|billing|cash|login|token|banks)", each[1])}
    absent = {path for _, path in theirs - mine}
    assert all(
        re.match("/payment-reconciliations|/payments/.*(card-promotion|paymentwall)", path) for path in absent
    ), absent


def test_every_answer_is_one_of_the_documents(checked: Checked, sandbox: Sandbox, paid: Callable[..., str]) -> None:
    walk_payments(checked, sandbox, paid)
    walk_money(checked, sandbox, paid)
    walk_billing(checked, sandbox)
    walk_receipts(checked, paid)
    mine = {(line.method, template(line.path)) for line in TABLE} - LATER - {("GET", "/promotions/{promotionId}")}
    assert mine - {(method, path) for method, path, status in checked.seen if status == 200} == set()
    asked = {path for _, path, status in checked.seen if status == 401}
    assert len(asked) > 10
    assert len(checked.types) >= 20


def walk_payments(checked: Checked, sandbox: Sandbox, paid: Callable[..., str]) -> None:
    """Every status of a payment, alone and in lists; and both generations."""
    portone, call = sandbox.portone, checked.call
    call("POST", "/login/api-secret", {"apiSecret": "wrong"})
    tokens = call("POST", "/login/api-secret", {"apiSecret": V2_SECRET})
    call("POST", "/token/refresh", {"refreshToken": tokens["refreshToken"]})
    call("GET", "/banks")
    call("POST", "/payments/{paymentId}/pre-register", {"totalAmount": 1000})
    call("GET", "/payments/{paymentId}")
    person = {"fullName": "홍길동", "gender": "MALE", "address": {"addressLine1": "서울", "addressLine2": "1"}}
    goods = [{"id": "a", "name": "신발", "amount": 1000, "quantity": 1}]
    asked: dict[str, Any] = {"customer": person, "products": goods, "customData": {"a": 1}, "country": "KR"}
    portone.settings.webhook_url = "http://127.0.0.1:9/"
    opened = portone.open_window("p1", 1000, **asked)
    call("GET", "/payments/{paymentId}")
    sandbox.decline(portone.open_window("failed", 1000))
    sandbox.issue_vbank(portone.open_window("account", 1000, payMethod="VIRTUAL_ACCOUNT"))
    portone.review(portone.open_window("pending", 1000, channelKey="channel-key-v2-paypal", currency="USD"))
    for method in ("TRANSFER", "MOBILE", "GIFT_CERTIFICATE", "EASY_PAY"):
        easy = {"easyPay": {"easyPayProvider": "TOSSPAY"}} if method == "EASY_PAY" else {}
        paid(method, payMethod=method, **easy)
    sandbox.approve(opened)
    portone.dispute(opened)
    paid("usd", 1099, currency="USD")
    for order, action in (
        ("v1-paid", sandbox.approve),
        ("v1-failed", sandbox.decline),
        ("v1-account", sandbox.issue_vbank),
    ):
        action(sandbox.open_window(order, 1000, pg="kakaopay"))
    sandbox.console_cancel(sandbox.approve(sandbox.open_window("v1-cancelled", 1000)).imp_uid, 300)
    sandbox.webhooks.wait()
    call("GET", "/payments", {"page": {"size": 100}})
    call("GET", "/payments", {"page": {"size": 0}})
    call("GET", "/payments-by-cursor", {"size": 100})
    for row in list(sandbox.book.all()):
        call("GET", "/payments/{paymentId}", paymentId=row.merchant_uid)
        call("GET", "/payments/{paymentId}/transactions", paymentId=row.merchant_uid)
    call("GET", "/payments/{paymentId}/transactions", paymentId="none")
    call("POST", "/payments/{paymentId}/pre-register", {"totalAmount": 1000})


def walk_money(checked: Checked, sandbox: Sandbox, paid: Callable[..., str]) -> None:
    """Cancels of every kind, accounts, webhooks, escrow, and calls without the secret."""
    call, cancel = checked.call, "/payments/{paymentId}/cancel"
    for body in ({}, {"reason": "r", "amount": 2000}, {"reason": "r", "currentCancellableAmount": 1}):
        call("POST", cancel, body)
    call("POST", cancel, {"reason": "r", "amount": 100, "taxFreeAmount": 50, "vatAmount": 60})
    call("POST", cancel, {"reason": "r", "amount": 100, "taxFreeAmount": 50})
    call("POST", cancel, {"reason": "r", "amount": 100})
    call("GET", "/payments/{paymentId}")
    call("POST", cancel, {"reason": "r"})
    call("POST", cancel, {"reason": "r"})
    call("POST", cancel, {"reason": "r"}, paymentId="none")
    call("POST", cancel, {"reason": "r"}, paymentId="failed")
    sandbox.cancel_at_pg(paid("at-pg"))
    call("POST", cancel, {"reason": "r"}, paymentId="at-pg")
    paypal = paid("paypal", channelKey="channel-key-v2-paypal", currency="USD")
    call("POST", cancel, {"reason": "r", "amount": 10}, paymentId="paypal")
    call("GET", "/payments/{paymentId}", paymentId="paypal")
    sandbox.portone.settle_cancels(paypal, accepted=False)
    call("GET", "/payments/{paymentId}", paymentId="paypal")
    sandbox.portone.charge_back(paypal)
    call("GET", "/payments/{paymentId}", paymentId="paypal")
    for payment_id in ("account", "account", "none"):
        call("POST", "/payments/{paymentId}/virtual-account/close", paymentId=payment_id)
    call("GET", "/payments/{paymentId}", paymentId="account")
    call("POST", "/payments/{paymentId}/resend-webhook", {})
    call("POST", "/payments/{paymentId}/resend-webhook", {"webhookId": "none"})
    paid("escrow", isEscrow=True)
    for method in ("POST", "PATCH"):
        call(method, "/payments/{paymentId}/escrow/logistics", PARCEL, paymentId="escrow")
        call("GET", "/payments/{paymentId}", paymentId="escrow")
    call("POST", "/payments/{paymentId}/escrow/complete", {}, paymentId="escrow")
    call("GET", "/payments/{paymentId}", paymentId="escrow")
    call("POST", "/payments/{paymentId}/escrow/complete", {}, paymentId="failed")
    call("POST", "/payments/{paymentId}/register-store-receipt", {"items": [STORE_ITEM]}, paymentId="escrow")
    del checked.session.headers["Authorization"]
    for method, path, _ in sorted(checked.seen):
        if path not in ("/banks", "/login/api-secret", "/token/refresh"):
            call(method, path, {} if method in ("POST", "PATCH") else None)
    checked.session.headers["Authorization"] = f"PortOne {V2_SECRET}"
    call("POST", cancel, {"reason": "r", "storeId": "store-x"})


def walk_billing(checked: Checked, sandbox: Sandbox) -> None:
    """Billing keys, payments with them and with typed cards, and schedules."""
    call = checked.call
    person = {"id": "c1", "name": {"separated": {"first": "길동", "last": "홍"}}}
    issue = {"channelKey": BILLING, "method": CARD, "customer": person}
    key = call("POST", "/billing-keys", issue)["billingKeyInfo"]["billingKey"]
    call("POST", "/billing-keys", issue | {"channelKey": "none"})
    call("GET", "/billing-keys/{billingKey}", billingKey=key)
    call("GET", "/billing-keys/{billingKey}", billingKey="none")
    pay = {**CALL, "billingKey": key}
    for payment_id in ("b1", "b1"):
        call("POST", "/payments/{paymentId}/billing-key", pay, paymentId=payment_id)
    call("GET", "/payments/{paymentId}", paymentId="b1")
    call("POST", "/payments/{paymentId}/billing-key", pay | {"billingKey": "none"}, paymentId="b2")
    sandbox.portone.refuse_key(key, "잔액부족")
    call("POST", "/payments/{paymentId}/billing-key", pay, paymentId="b3")
    sandbox.portone.refuse_key(key, None)
    call("POST", "/payments/{paymentId}/instant", {**CALL, "channelKey": TOSS, "method": CARD}, paymentId="i1")
    call("GET", "/payments/{paymentId}", paymentId="i1")
    call("POST", "/payments/{paymentId}/instant", {**CALL, "channelKey": "x", "method": CARD}, paymentId="i2")
    later = {"payment": pay, "timeToPay": "2099-01-01T00:00:00Z"}
    first = call("POST", "/payments/{paymentId}/schedule", later, paymentId="s1")["schedule"]["id"]
    call("POST", "/payments/{paymentId}/schedule", later, paymentId="s1")
    call("POST", "/payments/{paymentId}/schedule", later, paymentId="b1")
    soon = later | {"timeToPay": "2026-12-31T00:00:00Z"}
    call("POST", "/payments/{paymentId}/schedule", soon, paymentId="s2")
    sandbox.move_clock(60 * 24 * 3600)
    call("GET", "/payment-schedules", {"filter": {"until": "2100-01-01T00:00:00Z"}})
    call("GET", "/payment-schedules/{paymentScheduleId}", paymentScheduleId=first)
    call("GET", "/payment-schedules/{paymentScheduleId}", paymentScheduleId="none")
    call("DELETE", "/billing-keys/{billingKey}", billingKey=key)
    for _ in range(2):
        call("DELETE", "/payment-schedules", {"scheduleIds": [first]})
    call("GET", "/payment-schedules/{paymentScheduleId}", paymentScheduleId=first)
    for _ in range(2):
        call("DELETE", "/billing-keys/{billingKey}", billingKey=key)
    call("GET", "/billing-keys", {"page": {"size": 100}})


def walk_receipts(checked: Checked, paid: Callable[..., str]) -> None:
    """Cash receipts, alone and in their payment."""
    call, transaction = checked.call, paid("r1", payMethod="TRANSFER")
    assert transaction
    for _ in range(2):
        call("POST", "/cash-receipts", RECEIPT | {"paymentId": "r1"})
    for payment_id in ("r1", "none"):
        call("GET", "/payments/{paymentId}/cash-receipt", paymentId=payment_id)
    call("GET", "/payments/{paymentId}", paymentId="r1")
    for _ in range(2):
        call("POST", "/payments/{paymentId}/cash-receipt/cancel", paymentId="r1")
    call("GET", "/payments/{paymentId}", paymentId="r1")
    call("GET", "/cash-receipts", {"page": {"size": 10}})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": "PAID"}, "missing"),
        ({"status": "NEW"}, "no member of the union"),
        ({"status": "READY", "strange": 1}, "a stray key"),
        ({"status": "READY", "amount": {"total": 1.5}}, "is no integer"),
        ({"status": "READY", "requestedAt": "today"}, "is no time"),
        ({"status": "READY", "id": None}, "is no string"),
        ({"status": "READY", "channel": {"type": "PLAY"}}, "none of its values"),
    ],
)
def test_an_answer_that_is_wrong_is_noticed(document: Document, body: Any, said: str) -> None:
    assert any(said in problem for problem in document.problems("GET", "/payments/{paymentId}", 200, body))


def test_an_error_with_another_status_or_of_another_operation_is_noticed(document: Document) -> None:
    path = "/payments/{paymentId}"
    assert document.problems("GET", path, 404, {"type": "PAYMENT_NOT_FOUND"}) == []
    assert document.problems("GET", path, 400, {"type": "PAYMENT_NOT_FOUND"})
    assert document.problems("GET", path, 404, {"type": "CHANNEL_NOT_FOUND"})
