"""The PyPI package `portone-server-sdk` 0.21.0, the provider's own: every method about payments, and its async twin."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from integration.clients.remote import Named, Remote, Thrown
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_SECRET, V2_WEBHOOK_SECRET
from payments.entrypoints.sandbox.web.portone.windows import PortOneWindows

TOSS, BILLING = "channel-key-v2-tosspayments", "channel-key-v2-tosspayments-billing"
CARD = {"card": {"credential": {"number": "4242424242424242", "expiryYear": "40", "expiryMonth": "12"}}}
TOTAL = {"total": 1000}
PAY: dict[str, Any] = {"order_name": "구독", "amount": TOTAL, "currency": "KRW"}
LATER = "2099-12-01T00:00:00Z"


@attrs.frozen
class Client:
    """The package's client; every second call is made by the method's asynchronous twin."""

    payment: Named
    called: set[str] = attrs.field(factory=set)

    def __call__(self, path: str, **values: Any) -> Any:
        """Call a method both ways where it only reads, else the one that has been called less."""
        method = self.payment
        for name in path.split("."):
            method = getattr(method, name)
        twin = f"{path}_async" if path not in self.called or f"{path}_async" in self.called else ""
        self.called.add(twin or path)
        if twin:
            method = attrs.evolve(method, path=(*method.path[:-1], f"{method.path[-1]}_async"))
        return method(**values)

    def both(self, path: str, **values: Any) -> Any:
        """Call a method that only reads in both ways: they say the same."""
        first = self(path, **values)
        assert self(path, **values) == first
        return first

    def refused(self, path: str, **values: Any) -> str:
        """Return the kind of error that a call throws."""
        with pytest.raises(Thrown) as thrown:
            self(path, **values)
        return thrown.value.kind


@pytest.fixture
def package(in_python: Remote) -> Named:
    return in_python.load("portone_server_sdk")


@pytest.fixture
def client(package: Named, sandbox: Sandbox) -> Client:
    return Client(package.PaymentClient.keep(secret=V2_SECRET, base_url=sandbox.portone.url))


def test_payments_are_read(client: Client, sandbox: Sandbox, paid: Callable[..., str]) -> None:
    transaction_id = paid("p1")
    sandbox.decline(sandbox.portone.open_window("p2", 1000))
    sandbox.issue_vbank(sandbox.portone.open_window("p3", 1000, payMethod="VIRTUAL_ACCOUNT"))
    sandbox.approve(sandbox.open_window("order-1", 1000))
    payment = client.both("get_payment", payment_id="p1")
    assert (payment["transaction_id"], payment["amount"]["total"]) == (transaction_id, 1000)
    listed = client.both("get_payments", page={"size": 2}, filter={"sortOrder": "ASC"})
    assert listed["page"] == {"number": 0, "size": 2, "total_count": 4}
    assert client.both("get_payments", page={"number": 3000})["items"] == []
    attempts = client.both("get_payment_transactions", payment_id="p1")["items"]
    assert attempts[0]["id"] == transaction_id
    assert len(client.both("get_all_payments_by_cursor")["items"]) == 4
    assert len(client.both("get_all_payment_events_by_cursor")["items"]) == 2
    for _ in range(2):
        assert client.refused("get_payment", payment_id=" ") == "PaymentNotFoundError"


def test_payments_are_registered_cancelled_and_closed(client: Client, sandbox: Sandbox, paid: Callable) -> None:
    for _ in range(2):
        assert client("pre_register_payment", payment_id="p1", total_amount=1000, currency="KRW") == {}
    paid("p1")
    assert client.refused("pre_register_payment", payment_id="p1") == "AlreadyPaidError"
    part = client("cancel_payment", payment_id="p1", reason="r", amount=300, current_cancellable_amount=1000)
    assert part["cancellation"]["total_amount"] == 300
    wrong: dict[str, Any] = {"payment_id": "p1", "reason": "r", "current_cancellable_amount": 1000}
    assert client.refused("cancel_payment", **wrong) == "CancellableAmountConsistencyBrokenError"
    client("cancel_payment", payment_id="p1", reason="r")
    assert client.refused("cancel_payment", payment_id="p1", reason="r") == "PaymentAlreadyCancelledError"
    for payment_id in ("a1", "a2"):
        sandbox.issue_vbank(sandbox.portone.open_window(payment_id, 1000, payMethod="VIRTUAL_ACCOUNT"))
        assert "closed_at" in client("close_virtual_account", payment_id=payment_id)
    assert client.refused("close_virtual_account", payment_id="a1") == "PaymentNotWaitingForDepositError"


def test_a_cancel_that_takes_time_is_stopped(client: Client, paid: Callable[..., str]) -> None:
    paid("p1", channelKey="channel-key-v2-paypal", currency="USD")
    for _ in range(2):
        taken = client("cancel_payment", payment_id="p1", reason="r")["cancellation"]["id"]
        assert "stopped_at" in client("stop_payment_cancellation", payment_id="p1", cancellation_id=taken)


def test_a_manual_payment_is_confirmed(client: Client, sandbox: Sandbox) -> None:
    for payment_id in ("p1", "p2"):
        opened = sandbox.portone.open_window(payment_id, 1000, channelKey="channel-key-v2-manual")
        facts = sandbox.approve(opened).hidden.portone
        assert facts
        values = {"payment_token": facts.payment_token, "total_amount": 1000, "currency": "KRW", "is_test": True}
        assert "paid_at" in client("confirm_payment", payment_id=payment_id, **values)
        for _ in range(2):
            assert client("capture_payment", payment_id=payment_id) == {}


def test_cards_and_keys_pay_at_once_and_later(client: Client, sandbox: Sandbox) -> None:
    keys = [
        client("billing_key.issue_billing_key", method=CARD, channel_key=BILLING)["billing_key_info"]["billing_key"]
        for _ in range(2)
    ]
    for number, key in enumerate(keys):
        assert client("pay_with_billing_key", payment_id=f"b{number}", billing_key=key, **PAY)["payment"]
        assert client("pay_instantly", payment_id=f"i{number}", channel_key=TOSS, method=CARD, **PAY)["payment"]
        info = client.both("billing_key.get_billing_key_info", billing_key=key)
        assert info["billing_key"] == key
    assert len(client.both("billing_key.get_billing_key_infos")["items"]) == 2
    payment = {"billingKey": keys[0], "orderName": "구독", "amount": TOTAL, "currency": "KRW"}
    schedules = [
        client("payment_schedule.create_payment_schedule", payment_id=f"s{number}", payment=payment, time_to_pay=LATER)
        for number in range(2)
    ]
    ids = [each["schedule"]["id"] for each in schedules]
    one = client.both("payment_schedule.get_payment_schedule", payment_schedule_id=ids[0])
    assert one["payment_id"] == "s0"
    found = client.both("payment_schedule.get_payment_schedules", filter={"until": "2100-01-01T00:00:00Z"})
    assert found["page"]["total_count"] == 2
    for schedule_id in ids:
        revoked = client("payment_schedule.revoke_payment_schedules", schedule_ids=[schedule_id])
        assert revoked["revoked_schedule_ids"] == [schedule_id]
    for key in keys:
        assert "deleted_at" in client("billing_key.delete_billing_key", billing_key=key)


def test_keys_of_a_manual_channel_are_confirmed(client: Client, sandbox: Sandbox) -> None:
    charges = sandbox.portone.charges
    channel = next(each for each in sandbox.portone.settings.channels if each.manual)
    for token in ("token-1", "token-2"):
        pending = sandbox.portone.keys.keep(charges.new_key(channel, issue_token=token))
        confirmed = client("billing_key.confirm_billing_key", billing_issue_token=token)
        assert confirmed["billing_key"] == pending.billing_key
    windows = PortOneWindows(sandbox)
    for payment_id in ("b1", "b2"):
        params = {"storeId": STORE_ID, "channelKey": channel.key, "paymentId": payment_id, "payMethod": "CARD"}
        params |= {"orderName": "o", "totalAmount": 1000, "currency": "KRW", "billingKeyMethod": "CARD"}
        opened = windows.open("v2_both", params, {})["id"]
        told = windows.press(sandbox.payment(opened), "approve", {"method": "card"})
        assert told["billingKey"] == "NEEDS_CONFIRMATION"
        values = {"billing_issue_token": told["billingIssueToken"], "total_amount": 1000, "payment_id": payment_id}
        done = client("billing_key.confirm_billing_key_issue_and_pay", **values)
        assert (done["payment_id"], sandbox.payment(opened).status) == (payment_id, "paid")
        assert sandbox.portone.keys.get(done["billing_key"]).status == "ISSUED"


def test_cash_receipts(client: Client, paid: Callable[..., str]) -> None:
    asked = {"channel_key": TOSS, "type": "PERSONAL", "customer": {"identityNumber": "0101"}, **PAY}
    for payment_id in ("p1", "p2"):
        paid(payment_id, payMethod="TRANSFER")
        assert client("cash_receipt.issue_cash_receipt", payment_id=payment_id, **asked)["cash_receipt"]
        read = client.both("cash_receipt.get_cash_receipt_by_payment_id", payment_id=payment_id)
        assert read["amount"] == 1000
        cancelled = client("cash_receipt.cancel_cash_receipt_by_payment_id", payment_id=payment_id)
        assert cancelled["cancelled_amount"] == 1000
    assert len(client.both("cash_receipt.get_cash_receipts")["items"]) == 2
    assert client.both("get_payment", payment_id="p1")["cash_receipt"]["issue_number"]


def test_escrow_and_store_receipts(client: Client, paid: Callable[..., str]) -> None:
    parcel = {"company": "CJ", "invoiceNumber": "1", "sentAt": "2026-01-01T00:00:00Z"}
    items = [{"storeBusinessRegistrationNumber": "1", "storeName": "a", "totalAmount": 1, "currency": "KRW"}]
    for payment_id in ("p1", "p2"):
        paid(payment_id, isEscrow=True)
        assert "applied_at" in client("apply_escrow_logistics", payment_id=payment_id, logistics=parcel)
        assert "modified_at" in client("modify_escrow_logistics", payment_id=payment_id, logistics=parcel)
        assert "completed_at" in client("confirm_escrow", payment_id=payment_id)
        client.both("get_payment", payment_id=payment_id)
        assert "receipt_url" in client("register_store_receipt", payment_id=payment_id, items=items)


def test_a_wrong_secret_is_an_error_of_its_own(package: Named, sandbox: Sandbox) -> None:
    client = Client(package.PaymentClient.keep(secret="wrong", base_url=sandbox.portone.url))
    for _ in range(2):
        assert client.refused("get_payments") == "UnauthorizedError"
    auth = package.AuthClient.keep(secret=V2_SECRET, base_url=sandbox.portone.url)
    tokens = auth.login_via_api_secret(api_secret=V2_SECRET)
    assert auth.refresh_token_async(refresh_token=tokens["refresh_token"])["access_token"]


def test_its_webhooks_are_verified_and_sent_again(
    client: Client, in_python: Remote, package: Named, sandbox: Sandbox, heard: Any
) -> None:
    sandbox.portone.settings.webhook_url = heard.url
    sandbox.approve(sandbox.portone.open_window("p1", 1000))
    for _ in range(2):
        assert client("resend_webhook", payment_id="p1")["webhook"]["status"] == "SUCCEEDED"
    assert sandbox.webhooks.wait(EVENTUALLY)
    in_python.load("portone_server_sdk.webhook")
    by_standard = in_python.load("standardwebhooks").Webhook.keep(V2_WEBHOOK_SECRET)
    for headers, body in heard.all(4):
        told = package.webhook.verify(V2_WEBHOOK_SECRET, body, headers)
        assert told["data"]["payment_id"] == "p1"
        assert by_standard.verify(body, headers) == json.loads(body)
        with pytest.raises(Thrown):
            package.webhook.verify(V2_WEBHOOK_SECRET, body + " ", headers)


def test_every_method_about_payments_was_called(package: Named) -> None:
    client = package.PaymentClient.keep(secret=V2_SECRET)
    names = {name for name in client.names() if not name.endswith("_async")}
    for part in ("billing_key", "cash_receipt", "payment_schedule"):
        names |= {f"{part}.{name}" for name in getattr(client, part).names() if not name.endswith("_async")}
    assert len(names) > 25
    asked = {f'"{name}"' for name in names}
    text = Path(__file__).read_text("utf-8")
    assert {name for name in asked if name not in text} == set()
