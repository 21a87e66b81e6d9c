"""Tokens that name one of several public keys: a JWKS, as the shop or an identity provider publishes it."""

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from typed_settings import Secret
from unit.entrypoints.settings_files import clean

from payments.domain.errors import BadInput
from payments.entrypoints.settings import BuyerSettings, Settings, check, load_settings
from payments.entrypoints.settings.derived import verifier
from payments.entrypoints.settings.jwks import named_keys
from payments.entrypoints.tokens import BadToken

assert clean  # the fixture that gives each test an environment of its own


@cache
def private(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def public(name: str, bits: int = 2048, **more: Any) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(private(name, bits).public_key(), as_dict=True), "kid": name, **more}


def jwks(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


def buyers(*keys: dict[str, Any]) -> BuyerSettings:
    return BuyerSettings(algorithm="RS256", jwks=Secret(jwks(*keys)), issuer="shop")


def token(name: str, kid: str | None) -> str:
    """Return a token of alice."""
    claims = {"iss": "shop", "aud": "payments", "sub": "alice", "exp": int(time.time()) + 600}
    return jwt.encode(claims, private(name, 2048), algorithm="RS256", headers={"kid": kid} if kid else None)


def test_two_keys_are_valid_while_the_shop_replaces_one():
    ours = verifier(buyers(public("old"), public("new")))
    assert ours
    for name in ("old", "new"):
        assert ours.claims(token(name, name))["sub"] == "alice"


@pytest.mark.parametrize(("signed_by", "kid"), [("new", "old"), ("other", "old"), ("other", "other"), ("old", None)])
def test_a_token_is_verified_with_the_key_that_it_names_and_no_other(signed_by: str, kid: str | None):
    ours = verifier(buyers(public("old"), public("new")))
    assert ours
    with pytest.raises(BadToken):
        ours.claims(token(signed_by, kid))


def test_a_single_key_needs_no_name():
    nameless = {name: value for name, value in public("old").items() if name != "kid"}
    ours = verifier(buyers(nameless))
    assert ours
    assert ours.claims(token("old", None))["sub"] == "alice"


def test_keys_for_something_else_are_left_out():
    elliptic = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    others = [public("enc", use="enc"), public("ps", alg="PS256"), {**elliptic, "kid": "ec"}, {"kty": "unheard of"}]
    assert named_keys(jwks(public("old"), *others), "RS256").keys() == {"old"}
    assert named_keys(jwks(public("old"), *others), "ES256").keys() == {"ec"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "must be a JWKS"),
        ("[]", "must be a JWKS"),
        ('{"keys": {}}', "at most 20"),
        (jwks(*[{}] * 21), "at most 20"),
        (jwks(), "no key for RS256"),
        (jwks(public("old"), public("other") | {"kid": "old"}), "same kid"),
        (jwks(public("old") | {"n": "!"}), "cannot be read"),
        (jwks(public("weak", 1024)), "fewer than 2048 bits"),
        (jwks(public("old") | {"d": "AQAB"}), "private key"),
    ],
)
def test_keys_that_verify_nothing_safely_are_refused(text: str, words: str):
    with pytest.raises(BadInput, match=words):
        named_keys(text, "RS256")
    settings = Settings(buyers=BuyerSettings(algorithm="RS256", jwks=Secret(text), issuer="shop"))
    assert any(sentence.startswith("buyers.jwks") and words in sentence for sentence in check(settings))


def test_a_file_of_keys_is_named_in_the_environment(monkeypatch: pytest.MonkeyPatch):
    Path("keys.json").write_text(jwks(public("old")))
    given = {"ALGORITHM": "RS256", "ISSUER": "shop", "JWKS_FILE": "keys.json"}
    for name, value in given.items():
        monkeypatch.setenv(f"PAYMENTS_BUYERS_{name}", value)
    ours = verifier(load_settings().buyers)
    assert ours
    assert ours.claims(token("old", "old"))["sub"] == "alice"


def test_a_shared_secret_is_no_public_key():
    settings = Settings(buyers=BuyerSettings(jwks=Secret(jwks(public("old"))), issuer="shop"))
    assert check(settings) == ["buyers.jwks needs an algorithm with public keys, RS256 or ES256."]
