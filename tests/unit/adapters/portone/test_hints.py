"""What PortOne's messages name, and which of them are its own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from unit.adapters.portone.rows import TX

from payments.adapters.portone import PortOneHints
from payments.domain.access import Hint
from payments.domain.errors import BadInput, WebhookForged

SECRET, OLD = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx", "whsec_" + "b3RoZXItd2ViaG9vay1zZWNyZXQtMDAwMDI="
NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
NAMED = Hint("m_1", TX, "portone")  # type: ignore[arg-type]
PAID = json.dumps(
    {"type": "Transaction.Paid", "timestamp": "2026-11-02T03:00:00Z", "data": {"paymentId": "m_1", "transactionId": TX}}
).encode()


def signed(body: bytes = PAID, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    """Return the headers as an independent library makes them."""
    signature = Webhook(secret).sign("msg-1", at, body.decode())
    return {"webhook-id": "msg-1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def read(body: bytes = PAID, headers: dict[str, str] | None = None, *secrets: str) -> Hint:
    return PortOneHints.of(secrets or (SECRET,)).webhook(body, signed(body) if headers is None else headers, "", NOW)


def test_a_signed_webhook_names_its_payment_and_attempt() -> None:
    assert read() == NAMED
    assert read(PAID, {name.upper(): value for name, value in signed().items()}) == NAMED


def test_either_of_two_secrets_is_accepted_while_one_is_replaced() -> None:
    assert read(PAID, signed(secret=OLD), SECRET, OLD) == NAMED
    both = signed()["webhook-signature"] + " " + signed(secret=OLD)["webhook-signature"]
    assert read(PAID, signed() | {"webhook-signature": both}, OLD) == NAMED


@pytest.mark.parametrize("seconds", [-299, 299])
def test_a_clock_may_differ_by_five_minutes(seconds: int) -> None:
    assert read(PAID, signed(at=NOW + timedelta(seconds=seconds))) == NAMED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(secret=OLD),
        signed(body=PAID.replace(b"m_1", b"m_2")),
        signed(at=NOW - timedelta(seconds=301)),
        signed(at=NOW + timedelta(seconds=301)),
        signed() | {"webhook-timestamp": "soon"},
        signed() | {"webhook-timestamp": "9" * 40},
        signed() | {"webhook-id": "msg-2"},
        signed() | {"webhook-signature": ""},
        signed() | {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
        signed() | {"webhook-signature": "v1,\u00e9"},
    ],
)
def test_a_webhook_of_somebody_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(WebhookForged):
        read(PAID, headers)


def test_the_bytes_are_verified_as_they_were_received() -> None:
    """Frameworks that write the JSON again break the signature."""
    again = json.dumps(json.loads(PAID), indent=1).encode()
    with pytest.raises(WebhookForged):
        read(again, signed())


@pytest.mark.parametrize(
    "message",
    [
        {"type": "BillingKey.Issued", "data": {"billingKey": "billing-key-1"}},
        {"type": "Somewhere.New", "data": [1]},
        {"type": "Transaction.Paid", "data": {"paymentId": "a b", "transactionId": "\u0000"}},
        [1, 2],
        "text",
    ],
)
def test_what_names_nothing_of_ours_is_no_error(message: Any) -> None:
    assert read(json.dumps(message).encode()) == Hint(provider="portone")


def test_messages_of_the_older_version_are_read_too() -> None:
    body = json.dumps({"payment_id": "m_1", "tx_id": TX, "status": "Paid"}).encode()
    assert read(body) == NAMED


def test_without_a_secret_a_webhook_is_only_a_hint() -> None:
    assert PortOneHints.of(()).webhook(PAID, {}, "", NOW) == NAMED


def test_a_returning_phone_names_its_payment() -> None:
    reader = PortOneHints()
    assert reader.returning([("paymentId", "m_1"), ("txId", TX), ("transactionType", "PAYMENT")]) == NAMED
    assert reader.returning([("imp_uid", "imp_1"), ("merchant_uid", "m_1")]) == Hint(provider="portone")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***"])
def test_a_secret_that_signs_nothing_is_refused(secret: str) -> None:
    with pytest.raises(BadInput):
        PortOneHints.of((secret,))
