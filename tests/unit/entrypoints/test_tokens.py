"""Whose token is accepted, and every way in which one is not."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from builders import a_payment
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from support.api import KEY, signed

from payments.entrypoints.tokens import BadToken, ClientTokens, Verifier, key_digest, new_key

BUYERS = Verifier(algorithm="HS256", key=KEY, issuer="shop", audience="payments")
NOW = datetime.now(UTC)


def test_a_good_token_tells_who_it_is():
    assert BUYERS.claims(signed({"sub": "alice"}))["sub"] == "alice"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "another"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["another"]},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": {"$ne": ""}},
        {"sub": "x" * 101},
    ],
    ids=lambda claims: "-".join(map(str, (*claims, type(*claims.values()).__name__))),
)
def test_a_token_that_says_anything_else_is_refused(claims):
    with pytest.raises(BadToken):
        BUYERS.claims(signed(claims))


def test_an_unsigned_token_is_refused():
    unsigned = jwt.encode({"iss": "shop", "aud": "payments", "sub": "alice", "exp": time.time() + 3600}, "", "none")
    with pytest.raises(BadToken):
        BUYERS.claims(unsigned)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_the_algorithm_is_ours_to_choose_not_the_tokens(algorithm):
    with pytest.raises(BadToken):
        BUYERS.claims(signed({}, algorithm=algorithm))


def test_a_token_signed_with_another_key_is_refused():
    with pytest.raises(BadToken):
        BUYERS.claims(signed({}, "some other key of the same length as it"))


PAIRS = {"RS256": rsa.generate_private_key(65537, 2048), "ES256": ec.generate_private_key(ec.SECP256R1())}


@pytest.mark.parametrize("algorithm", PAIRS)
def test_public_keys_check_what_the_shop_signed_and_are_no_secret_themselves(algorithm):
    pair = PAIRS[algorithm]
    public = pair.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    verifier = Verifier(algorithm=algorithm, key=public.decode(), issuer="shop", audience="payments")
    assert verifier.claims(signed({}, pair, algorithm))["sub"] == "alice"
    with pytest.raises(BadToken):
        verifier.claims(signed({}))  # HS256
    forged = _hs256_with(public, {"iss": "shop", "aud": "payments", "sub": "alice", "exp": int(time.time()) + 3600})
    with pytest.raises(BadToken):
        verifier.claims(forged)  # the classic confusion: the public key taken for a shared secret


def _hs256_with(key: bytes, claims: dict[str, object]) -> str:
    """Sign as an attacker would: PyJWT itself refuses to take a public key for a secret."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    signing = ".".join(part(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signing}.{part(hmac.digest(key, signing.encode(), hashlib.sha256))}"


@given(st.text(max_size=300))
def test_no_text_is_a_token(text):
    with pytest.raises(BadToken):
        BUYERS.claims(text)
    with pytest.raises(BadToken):
        ClientTokens(secret=KEY).read(text)


def test_a_refusal_never_repeats_the_token():
    token = signed({"iss": "another"})
    with pytest.raises(BadToken) as refusal:
        BUYERS.claims(token)
    assert token not in str(refusal.value)


def test_a_client_token_names_one_payment_and_ends():
    payment = a_payment(buyer="alice")
    tokens = ClientTokens(secret=KEY, life=timedelta(hours=1))
    assert tokens.read(tokens.issue(payment, NOW)) == ("alice", payment.merchant_id)
    with pytest.raises(BadToken):
        tokens.read(tokens.issue(payment, NOW - timedelta(hours=2)))
    with pytest.raises(BadToken):
        ClientTokens(secret=KEY + "!").read(tokens.issue(payment, NOW))


def test_client_tokens_and_buyers_tokens_are_not_each_other_even_with_one_key():
    client = ClientTokens(secret=KEY)
    with pytest.raises(BadToken):
        client.read(signed({"payment": "m"}))
    with pytest.raises(BadToken):
        BUYERS.claims(client.issue(a_payment(), NOW).removeprefix("ct_"))


def test_no_key_shows_in_what_is_printed():
    assert KEY not in repr(BUYERS) + repr(ClientTokens(secret=KEY))


def test_an_api_key_is_told_once_and_kept_as_a_hash():
    key, secret = new_key("shop", NOW)
    assert secret.startswith(key.prefix + "_")
    assert secret not in repr(key)
    assert len(secret) - len(key.prefix) - 1 >= 43  # 256 bits
    assert len(key_digest(secret)) == 64
    assert new_key("shop", NOW)[1] != secret


@pytest.mark.parametrize("sub", ["alice\x00", "a\ud800"], ids=ascii)
def test_a_subject_that_no_database_can_keep_is_refused(sub):
    """Fails where it comes as far as the database, which breaks on it."""
    with pytest.raises(BadToken):
        BUYERS.claims(signed({"sub": sub}))
