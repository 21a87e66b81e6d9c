"""The npm package `@portone/server-sdk` 0.19.0, the provider's own for JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from integration.clients.remote import Named, Remote, Thrown
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import V2_SECRET, V2_WEBHOOK_SECRET

TOSS, BILLING = "channel-key-v2-tosspayments", "channel-key-v2-tosspayments-billing"
CARD = {"card": {"credential": {"number": "4242424242424242", "expiryYear": "40", "expiryMonth": "12"}}}
PAY = {"orderName": "구독", "amount": {"total": 1000}, "currency": "KRW"}


@pytest.fixture
def package(in_node: Remote) -> Named:
    return in_node.load("@portone/server-sdk")


@pytest.fixture
def client(package: Named, sandbox: Sandbox) -> Named:
    return package.PaymentClient.keep({"secret": V2_SECRET, "baseUrl": sandbox.portone.url})


def test_a_payment_is_registered_read_and_cancelled(client: Named, sandbox: Sandbox, paid: Callable[..., str]) -> None:
    client.preRegisterPayment({"paymentId": "p1", "totalAmount": 1000, "currency": "KRW"})
    transaction_id = paid("p1")
    assert client.getPayment({"paymentId": "p1"})["transactionId"] == transaction_id
    assert client.getPayments({"page": {"size": 5}})["page"] == {"number": 0, "size": 5, "totalCount": 1}
    assert len(client.getPaymentTransactions({"paymentId": "p1"})["items"]) == 1
    part = {"paymentId": "p1", "reason": "r", "amount": 300, "currentCancellableAmount": 1000}
    assert client.cancelPayment(part)["cancellation"]["status"] == "SUCCEEDED"
    with pytest.raises(Thrown) as thrown:
        client.cancelPayment(part)
    assert "CancelPaymentError" in thrown.value.kind or "Cancellable" in thrown.value.text
    assert client.getPayment({"paymentId": "p1"})["amount"]["cancelled"] == 300


def test_a_key_pays_at_once_and_later(client: Named) -> None:
    issued = client.billingKey.issueBillingKey({"method": CARD, "channelKey": BILLING})
    key = issued["billingKeyInfo"]["billingKey"]
    paid = client.payWithBillingKey({"paymentId": "b1", "billingKey": key, **PAY})
    assert set(paid["payment"]) == {"pgTxId", "paidAt"}
    asked = {"paymentId": "s1", "payment": {**PAY, "billingKey": key}, "timeToPay": "2099-01-01T00:00:00Z"}
    schedule = client.paymentSchedule.createPaymentSchedule(asked)["schedule"]["id"]
    assert client.paymentSchedule.revokePaymentSchedules({"scheduleIds": [schedule]})["revokedScheduleIds"] == [
        schedule
    ]
    assert "deletedAt" in client.billingKey.deleteBillingKey({"billingKey": key})
    assert client.payInstantly({"paymentId": "i1", "channelKey": TOSS, "method": CARD, **PAY})["payment"]


def test_a_cash_receipt_is_issued_and_cancelled(client: Named, paid: Callable[..., str]) -> None:
    paid("p1", payMethod="TRANSFER")
    asked: dict[str, Any] = {"channelKey": TOSS, "type": "PERSONAL", "customer": {"identityNumber": "0101"}, **PAY}
    assert client.cashReceipt.issueCashReceipt({"paymentId": "p1", **asked})["cashReceipt"]["issueNumber"]
    assert client.cashReceipt.getCashReceiptByPaymentId({"paymentId": "p1"})["status"] == "ISSUED"
    cancelled = client.cashReceipt.cancelCashReceiptByPaymentId({"paymentId": "p1"})
    assert cancelled["cancelledAmount"] == 1000


def test_an_account_is_closed_by_an_empty_post(client: Named, sandbox: Sandbox) -> None:
    sandbox.issue_vbank(sandbox.portone.open_window("p1", 1000, payMethod="VIRTUAL_ACCOUNT"))
    assert "closedAt" in client.closeVirtualAccount({"paymentId": "p1"})


def test_its_webhook_check_takes_ours(package: Named, sandbox: Sandbox, heard: Any) -> None:
    sandbox.portone.settings.webhook_url = heard.url
    sandbox.approve(sandbox.portone.open_window("p1", 1000))
    assert sandbox.webhooks.wait(EVENTUALLY)
    for headers, body in heard.all(2):
        assert package.Webhook.verify(V2_WEBHOOK_SECRET, body, headers)["data"]["paymentId"] == "p1"
        with pytest.raises(Thrown):
            package.Webhook.verify(V2_WEBHOOK_SECRET, body + " ", headers)
