"""A running shop takes new secrets from files: what the old ones made stays good, and a bad one changes nothing."""

import itertools
import logging
from datetime import UTC, datetime, timedelta

import attrs
import jwt
import pytest
from builders import a_payment
from integration.rotation.conftest import NEW, OLD, Rotating, fernet_key, whsec
from standardwebhooks import Webhook
from support.api import signed
from support.endpoint import Endpoint
from support.patience import EVENTUALLY

from payments.domain.access import KeptAnswer
from payments.domain.errors import CredentialsRefused, NotSent
from payments.domain.money import Money
from payments.domain.refund import BankAccount
from payments.domain.values import Caller, Method, Offer, RefundId
from payments.entrypoints.blocking import run
from payments.entrypoints.tokens import BadToken

NOW = datetime.now(UTC)
ORDERS = map(str, itertools.count())
ACCOUNT = BankAccount(bank="04", number="123456789012", holder="김하나")


def test_what_the_old_secret_signed_is_accepted_until_it_is_taken_away(shop: Rotating):
    payment, tokens = a_payment(), shop.service.client_tokens
    before = tokens.issue(payment, NOW)
    run(shop.service.idempotency.claim_key("s", "k", "f", NOW, NOW + timedelta(minutes=1)))
    run(shop.service.idempotency.keep_answer("s", "k", KeptAnswer(status=201, body=b"kept")))
    assert shop.rotate(http_secret=NEW, http_previous_secret=OLD)
    assert tokens.read(before) == tokens.read(tokens.issue(payment, NOW)) == (payment.buyer, payment.merchant_id)
    jwt.decode(tokens.issue(payment, NOW)[3:], NEW, algorithms=["HS256"], audience="payments:client")
    kept = run(shop.service.idempotency.claim_key("s", "k", "f", NOW, NOW + timedelta(minutes=1)))
    assert kept
    assert kept.body == b"kept"
    assert shop.rotate(http_previous_secret="")
    with pytest.raises(BadToken):
        tokens.read(before)


def test_buyers_may_use_tokens_of_either_key_meanwhile(shop: Rotating):
    buyers = shop.service.buyer_tokens
    assert buyers
    assert shop.rotate(buyers_key=NEW + "b", buyers_previous_key=OLD + "b")
    assert [buyers.claims(signed({}, key + "b"))["sub"] for key in (OLD, NEW)] == ["alice", "alice"]
    assert shop.rotate(buyers_previous_key="")
    with pytest.raises(BadToken):
        buyers.claims(signed({}, OLD + "b"))


def test_an_account_that_was_sealed_before_can_still_be_opened(shop: Rotating):
    vault = shop.service.refunds.accounts.vault
    assert vault
    before = vault.seal(ACCOUNT, RefundId("r1"))
    assert shop.rotate(database_encryption_keys=f"{fernet_key(NEW)},{fernet_key(OLD)}")
    assert vault.open(before, RefundId("r1")) == ACCOUNT
    after = vault.seal(ACCOUNT, RefundId("r2"))
    assert shop.rotate(database_encryption_keys=fernet_key(NEW))
    assert vault.open(after, RefundId("r2")) == ACCOUNT
    with pytest.raises(NotSent):
        vault.open(before, RefundId("r1"))


def test_messages_carry_the_signatures_of_both_secrets(shop: Rotating, endpoint: Endpoint):
    assert shop.rotate(webhooks_secrets=f"{whsec(NEW)},{whsec(OLD)}")
    begun(shop)
    courier = shop.service.courier
    assert courier
    run(courier.deliver())
    received = endpoint.received.get(timeout=EVENTUALLY)
    for secret in (OLD, NEW):
        Webhook(whsec(secret)).verify(received.body, received.headers)


def begun(shop: Rotating, provider: str = "iamport") -> str:
    """Begin a payment, of which the provider is told. Raises what the provider's refusal of our keys is."""
    checkout = shop.service.checkout
    rules = attrs.evolve(checkout.rules, provider=provider)
    offer, caller = Offer("골드", Money(12_000)), Caller.buyer("alice")
    return run(attrs.evolve(checkout, rules=rules).begin("alice", next(ORDERS), offer, Method.CARD, caller)).merchant_id


def replace_at(shop: Rotating, provider: str, secret: str) -> str:
    """Let the provider accept only another secret from now on; return the name of the file for it."""
    if provider == "iamport":
        shop.sandbox.tokens.secret = secret
        shop.sandbox.tokens.restore(None)
        return "iamport_secret"
    access = shop.sandbox.portone.tokens
    access.settings = attrs.evolve(access.settings, secret=secret)
    return "portone_api_secret"


@pytest.mark.parametrize("provider", ["iamport", "portone"])
def test_the_provider_is_called_with_its_new_secret(shop: Rotating, provider: str):
    begun(shop, provider)
    file = replace_at(shop, provider, NEW)
    with pytest.raises(CredentialsRefused):
        begun(shop, provider)
    assert shop.rotate(**{file: NEW})
    begun(shop, provider)


@pytest.mark.parametrize("provider", ["iamport", "portone"])
def test_a_secret_that_the_provider_refuses_replaces_nothing(shop: Rotating, provider: str, caplog):
    file = "iamport_secret" if provider == "iamport" else "portone_api_secret"
    assert not shop.rotate(**{file: "mistyped and never accepted", "buyers_key": NEW + "b"})
    assert "No secret was replaced; the old ones stay in use." in caplog.text
    assert "refuses the new" in caplog.text
    assert "mistyped" not in caplog.text
    begun(shop, provider)
    assert shop.service.buyer_tokens
    assert shop.service.buyer_tokens.claims(signed({}, OLD + "b"))


@pytest.mark.parametrize(
    ("secret", "name"),
    [
        ({"http_secret": "short"}, "http.secret"),
        ({"http_secret": ""}, "PAYMENTS_HTTP_SECRET_FILE"),
        ({"database_encryption_keys": "nonsense"}, "database.encryption_keys"),
        ({"webhooks_secrets": "whsec_!"}, "webhook secret"),
    ],
)
def test_a_bad_value_is_told_by_its_name_and_the_old_one_stays(shop: Rotating, secret: dict[str, str], name, caplog):
    before = shop.service.client_tokens.issue(a_payment(), NOW)
    assert not shop.rotate(**secret)
    [line] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert name in line.getMessage()
    assert "\n" not in line.getMessage()
    assert not any(value and value in line.getMessage() for value in secret.values() if value != "whsec_!")
    assert shop.service.client_tokens.read(before)


def test_other_settings_are_named_and_wait_for_a_restart(shop: Rotating, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "payments.settings")
    monkeypatch.setenv("PAYMENTS_HTTP_PORT", "4711")
    assert shop.rotate(http_secret=NEW, http_previous_secret=OLD)
    assert "Replaced without a restart: http.secret, http.previous_secret." in caplog.text
    assert "used from the next start on: http.port." in caplog.text
    assert NEW not in caplog.text
    caplog.clear()
    assert shop.reloading.reload()
    assert "nothing has changed" in caplog.text
