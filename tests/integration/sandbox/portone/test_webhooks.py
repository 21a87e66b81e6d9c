"""V2's webhooks: what they say, how they are signed, and how often they come."""

import base64
import hashlib
import hmac
import json

import pytest
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import STORE_ID, V2_WEBHOOK_SECRET

OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()


@pytest.fixture
def hearing(sandbox: Sandbox, listener):
    """The shop's endpoint, to which the console's URL points."""
    sandbox.portone.settings.webhook_url = listener.url
    return listener


def told(listener) -> dict:
    return json.loads(listener.hear()[1])


def types(sandbox: Sandbox, listener) -> list[str]:
    assert sandbox.webhooks.wait(EVENTUALLY)
    return [told(listener)["type"].removeprefix("Transaction.") for _ in range(listener.heard.qsize())]


def signed(secret: str, headers: dict[str, str], body: bytes) -> str:
    """Sign as Standard Webhooks says, in other words than the sandbox."""
    message = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    key = base64.b64decode(secret.split("_", 1)[1])
    return "v1," + base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()


@pytest.mark.fact("V2 §10.1", "documented", "A webhook has a type, the time of its event, and ids under `data`.")
@pytest.mark.fact("V2 §10.1", "documented", "READY, FAILED and a buyer who leaves are told, too.")
def test_everything_is_told(sandbox: Sandbox, hearing) -> None:
    declined = sandbox.portone.open_window("p1", 1000)
    assert told(hearing) == {
        "type": "Transaction.Ready",
        "timestamp": "2023-11-14T22:13:20.000Z",
        "data": {"storeId": STORE_ID, "paymentId": "p1", "transactionId": declined},
    }
    sandbox.decline(declined)
    sandbox.leave(sandbox.portone.open_window("p1", 1000))
    paid = sandbox.portone.open_window("p1", 1000)
    sandbox.approve(paid)
    sandbox.console_cancel(paid, 300)
    sandbox.console_cancel(paid)
    expected = ["Failed", "Ready", "Failed", "Ready", "Paid", "PartialCancelled", "Cancelled"]
    assert types(sandbox, hearing) == expected


@pytest.mark.fact("V2 §10.1", "documented", "A cancel's webhook has its cancellationId; one taken on is CancelPending.")
def test_a_cancel_is_told_with_its_id(v2, sandbox: Sandbox, hearing) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, channelKey="channel-key-v2-paypal", currency="USD")
    sandbox.portone.review(transaction_id)
    sandbox.approve(transaction_id)
    cancellation_id = v2.cancel()["id"]
    sandbox.portone.settle_cancels(transaction_id)
    assert sandbox.webhooks.wait(EVENTUALLY)
    heard = [told(hearing) for _ in range(5)]
    assert [each["type"] for each in heard[1:]] == [
        "Transaction.PayPending",
        "Transaction.Paid",
        "Transaction.CancelPending",
        "Transaction.Cancelled",
    ]
    assert [each["data"]["cancellationId"] for each in heard[3:]] == [cancellation_id] * 2


@pytest.mark.fact("V2 §6.1", "documented", "skipWebhook sends none for this cancel.")
def test_a_cancel_may_skip_its_webhook(v2, sandbox: Sandbox, hearing, p1: str) -> None:
    v2.cancel(amount=300, skipWebhook=True)
    v2.cancel()
    assert types(sandbox, hearing) == ["Ready", "Paid", "Cancelled"]


@pytest.mark.fact("V2 §10.2", "documented", "A webhook is signed after Standard Webhooks over its raw body.")
@pytest.mark.fact("V2 §10.2", "documented", "Two secrets sign it while one is being replaced.")
def test_a_webhook_is_signed_over_its_raw_body(sandbox: Sandbox, hearing) -> None:
    sandbox.portone.settings.webhook_secrets = (V2_WEBHOOK_SECRET, OTHER_SECRET)
    sandbox.portone.open_window("p1", 1000, orderName="신발")
    _, body = hearing.hear()
    headers = hearing.headers[0]
    assert headers["content-type"] == "application/json"
    assert int(headers["webhook-timestamp"]) == sandbox.clock.now()
    by_both = [signed(secret, headers, body) for secret in (V2_WEBHOOK_SECRET, OTHER_SECRET)]
    assert headers["webhook-signature"].split() == by_both


@pytest.mark.fact(
    "V2 §10.2", "guessed", "Without a secret there are no headers, or id and time alone: `unsigned_headers`."
)
@pytest.mark.parametrize(("guess", "names"), [("none", set()), ("id and time", {"webhook-id", "webhook-timestamp"})])
def test_without_a_secret_nothing_is_signed(sandbox: Sandbox, hearing, guess: str, names: set) -> None:
    sandbox.portone.settings.webhook_secrets = ()
    sandbox.portone.settings.guesses.unsigned_headers = guess
    sandbox.portone.open_window("p1", 1000)
    hearing.hear()
    assert {name for name in hearing.headers[0] if name.startswith("webhook-")} == names


@pytest.mark.fact("V2 §10.3", "documented", "Repeated five times: after 1, 4, 16, 64 and 256 minutes at the most.")
@pytest.mark.fact("V2 §10.2", "guessed", "A repeated webhook keeps its webhook-id, or has a new one: `webhook_id`.")
@pytest.mark.parametrize("guess", ["stable", "new"])
def test_a_webhook_is_repeated_five_times(sandbox: Sandbox, hearing, guess: str) -> None:
    sandbox.portone.settings.webhook_jitter = False
    sandbox.portone.settings.guesses.webhook_id = guess
    hearing.answers += [(500, b"")] * 7
    sandbox.portone.open_window("p1", 1000)
    bodies = [hearing.hear()[1]]
    for minutes in (1, 4, 16, 64, 256):
        assert sandbox.webhooks.wait(EVENTUALLY)
        sandbox.move_clock(minutes * 60 - 1)
        assert sandbox.webhooks.wait(EVENTUALLY)
        assert hearing.heard.empty()
        sandbox.move_clock(1)
        bodies.append(hearing.hear()[1])
    assert sandbox.webhooks.wait(EVENTUALLY)
    sandbox.move_clock(100_000)
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert hearing.heard.empty()
    assert len(set(bodies)) == 1, "the timestamp is that of the event"
    assert len({headers["webhook-id"] for headers in hearing.headers}) == (1 if guess == "stable" else 6)
    assert len({headers["webhook-timestamp"] for headers in hearing.headers}) == 6


@pytest.mark.fact("V2 §10.3", "documented", "Each wait is a random part of the longest one.")
def test_each_wait_is_a_random_part(sandbox: Sandbox) -> None:
    delivery = sandbox.webhooks.queue("t", "http://127.0.0.1:9/", {"type": "x"}, message="msg_1")
    waits = [sandbox.portone.face.repeats_after(delivery, 500) for _ in range(20)]
    assert all(0 <= wait <= 60 for wait in waits)
    assert len(set(waits)) > 10
    assert sandbox.portone.face.repeats_after(delivery, 200) is None


@pytest.mark.fact("V2 §10.3", "guessed", "Any 2xx is a success, or 200 alone: `webhook_success`.")
def test_what_answer_is_a_success(v2, sandbox: Sandbox, hearing) -> None:
    hearing.answers.append((204, b""))
    transaction_id = sandbox.portone.open_window("p1", 1000)
    assert sandbox.webhooks.wait(EVENTUALLY, transaction_id)
    assert v2.payment()["webhooks"][0]["status"] == "SUCCEEDED"
    sandbox.portone.settings.guesses.webhook_success = "200"
    assert v2.payment()["webhooks"][0]["status"] == "FAILED_NOT_OK_RESPONSE"


@pytest.mark.fact("V2 §10.3", "documented", "noticeUrls replace the console's URL.")
def test_a_payments_own_urls_replace_the_consoles(sandbox: Sandbox, hearing) -> None:
    own = [hearing.url + "/1", hearing.url + "/2"]
    sandbox.portone.open_window("p1", 1000, noticeUrls=own)
    assert sandbox.webhooks.wait(EVENTUALLY)
    assert {hearing.heard.get(timeout=EVENTUALLY)[0] for _ in own} == {"/hook/1", "/hook/2"}
    assert hearing.heard.empty()


@pytest.mark.fact("V2 §10.1", "documented", "The version of 2024-01-01 is payment_id, tx_id and status.")
def test_the_older_version_has_three_fields(sandbox: Sandbox, hearing) -> None:
    sandbox.portone.settings.webhook_version = "2024-01-01"
    transaction_id = sandbox.portone.open_window("p1", 1000)
    assert told(hearing) == {"payment_id": "p1", "tx_id": transaction_id, "status": "Ready"}
    sandbox.portone.issue_key()
    sandbox.decline(transaction_id)
    assert told(hearing)["status"] == "Failed", "there is none about billing keys"


@pytest.mark.fact("V2 §10.4", "documented", "A webhook is sent again by API, which answers after it was delivered.")
def test_a_webhook_is_sent_again(v2, sandbox: Sandbox, hearing, p1: str) -> None:
    assert sandbox.webhooks.wait(EVENTUALLY)
    first, second = v2.payment()["webhooks"]
    assert (first["paymentStatus"], second["paymentStatus"]) == ("READY", "PAID")
    hearing.answers.append((500, b""))
    again = v2.good("POST", "/payments/p1/resend-webhook", {})["webhook"]
    assert (again["id"], again["trigger"], again["status"]) == (second["id"], "MANUAL", "FAILED_NOT_OK_RESPONSE")
    ready = v2.good("POST", "/payments/p1/resend-webhook", {"webhookId": first["id"]})["webhook"]
    assert (ready["id"], ready["status"]) == (first["id"], "SUCCEEDED")
    assert types(sandbox, hearing) == ["Ready", "Paid", "Paid", "Ready"]
    unknown = v2.refused("POST", "/payments/p1/resend-webhook", {"webhookId": "none"})
    assert unknown == (404, "WEBHOOK_NOT_FOUND")
    assert v2.refused("POST", "/payments/none/resend-webhook", {}) == (404, "PAYMENT_NOT_FOUND")


def test_one_store_tells_each_generation_in_its_words(sandbox: Sandbox, hearing) -> None:
    sandbox.settings.webhook_url = hearing.url
    sandbox.approve(sandbox.open_window("order-1", 1000))
    assert told(hearing)["merchant_uid"] == "order-1"
    sandbox.portone.open_window("p1", 1000)
    assert told(hearing)["data"]["paymentId"] == "p1"
    assert ["webhook-id" in headers for headers in hearing.headers] == [False, True]


@pytest.mark.fact("V2 §7.2", "documented", "confirmUrl is asked before the approval; only a 200 approves.")
def test_the_shop_is_asked_before_the_approval(v2, sandbox: Sandbox, listener) -> None:
    transaction_id = sandbox.portone.open_window("p1", 1000, confirmUrl=listener.url)
    sandbox.approve(transaction_id)
    asked = told(listener)
    assert asked["type"] == "Transaction.Confirm"
    assert asked["data"] == {
        "storeId": STORE_ID,
        "paymentId": "p1",
        "transactionId": transaction_id,
        "totalAmount": 1000,
    }
    assert "webhook-signature" in listener.headers[0]
    listener.answers.append((400, b'{"errorMessage": "sold out"}'))
    sandbox.approve(sandbox.portone.open_window("p2", 1000, confirmUrl=listener.url))
    assert "sold out" in v2.payment("p2")["failure"]["reason"]
