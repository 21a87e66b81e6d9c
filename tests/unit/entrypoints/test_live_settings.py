"""Live mode: whatever would put money at risk is refused where settings are loaded, all of it at once."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.docs.documents import ROOT
from unit.entrypoints.settings_files import LIVE, LIVE_SECRET, clean, loaded, toml

from payments.domain.values import Mode
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.cli.app import run_command
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings.examples import is_example

assert clean  # the fixture that gives each test an environment of its own

SHOP = {"buyers.issuer": "shop", "orders.issuer": "shop"}
OTHER = LIVE_SECRET[::-1]


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_live_mode_opens_with_what_it_needs():
    with opened(loaded(toml(LIVE))) as service:
        assert service.checkout.mode is Mode.LIVE


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"http.secret": "one long random text, the same for all processes"}, "http.secret"),
        ({"http.secret": "a" * 32}, "http.secret"),
        ({"http.secret": "abcdefgh" * 8}, "http.secret"),
        ({"http.secret": ""}, "http.secret"),
        ({"buyers.key": LIVE_SECRET, **SHOP}, "buyers.key and http.secret"),
        ({"buyers.key": OTHER, "orders.key": OTHER, **SHOP}, "orders.key and buyers.key"),
        ({"webhooks.secrets": [f"whsec_{'A' * 44}"]}, "webhooks.secrets"),
        ({"iamport.key": "sandbox-key"}, "iamport.key"),
        ({"iamport.secret": "sandbox-secret"}, "iamport.secret"),
        ({"iamport.user_code": "imp00000000"}, "iamport.user_code"),
        ({"iamport.script": "http://cdn.iamport.kr/v1/iamport.js"}, "iamport.script"),
        ({"iamport.script": "https://cdn.attacker.test/v1/iamport.js"}, "iamport.script"),
        ({"iamport.script": "http://localhost:4100/v1/iamport.js"}, "iamport.script"),
        ({"iamport.api_url": "https://api.attacker.test"}, "iamport.api_url"),
        ({"iamport.api_url": "https://api.iamport.kr.attacker.test"}, "iamport.api_url"),
        ({"iamport.api_url": "https://api.iamport.kr@attacker.test"}, "iamport.api_url"),
        ({"iamport.api_url": "http://127.0.0.1:4100"}, "iamport.api_url"),
        ({"webhooks.url": "http://shop.test/hooks"}, "webhooks.url"),
        ({"http.allowed_origins": ["http://shop.test"]}, "http.allowed_origins"),
        ({"http.return_page": "javascript:alert(1)"}, "http.return_page"),
        ({"http.return_page": "http://shop.test/paid"}, "http.return_page"),
        ({"http.public_url": "http://pay.shop.test"}, "http.public_url"),
        ({"http.allowed_hosts": []}, "http.allowed_hosts"),
        ({"http.allowed_hosts": ["other.shop.test"]}, "http.allowed_hosts"),
        ({"database.url": "memory://"}, "database.url"),
        ({"http.secrt": OTHER}, "http.secrt. Did you mean http.secret?"),
    ],
)
def test_live_mode_refuses(change: dict[str, object], named: str):
    with pytest.raises(BadSettings, match=re.escape(named)) as refusal:
        loaded(toml(LIVE | change))
    assert LIVE_SECRET not in str(refusal.value)
    assert OTHER not in str(refusal.value)


@pytest.mark.parametrize("change", [{"iamport.script": "http://localhost/x.js"}, {"iamport.api_url": "http://[::1]:1"}])
def test_the_same_is_free_in_test_mode(change: dict[str, object]):
    assert loaded(toml({"http.secret": "a" * 32} | change)).mode is Mode.TEST


def a_broken_pem() -> str:
    return "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"


@pytest.mark.parametrize(
    ("algorithm", "key", "says"),
    [
        ("RS256", a_broken_pem(), "cannot be read"),
        ("RS256", pem(rsa.generate_private_key(65537, 1024)), "2048 bits"),  # noqa: S505 - the weak key that must be refused
        ("RS256", pem(ec.generate_private_key(ec.SECP256R1())), "RS256"),
        ("ES256", pem(ec.generate_private_key(ec.SECP384R1())), "P-256"),
        ("ES256", pem(rsa.generate_private_key(65537, 2048)), "P-256"),
    ],
)
def test_a_public_key_that_cannot_protect_is_refused_in_any_mode(algorithm: str, key: str, says: str):
    with pytest.raises(BadSettings, match=says):
        loaded(toml({"orders.algorithm": algorithm, "orders.key": key, "orders.issuer": "shop"}))


def test_a_good_public_key_may_serve_buyers_and_orders():
    key = pem(ec.generate_private_key(ec.SECP256R1()))
    keyed = {f"{name}.{field}": value for name in ("buyers", "orders") for field, value in
             (("key", key), ("algorithm", "ES256"), ("issuer", "shop"))}  # fmt: skip
    assert loaded(toml(LIVE | keyed)).orders.algorithm == "ES256"


def test_everything_that_is_wrong_is_listed_at_once_and_exits_with_78(capsys, monkeypatch):
    monkeypatch.setenv("PAYMENTS_HTTP_SECRT", "x")
    wrong = {
        "mode": "live",
        "iamport.script": "http://localhost/x.js",
        "buyers.key": "x",
        "http.return_page": "javascript:x",
        "htpp.port": 1,
    }
    Path("payments.toml").write_text(toml(wrong))
    assert run_command(["db", "check"]) == 78
    lines = capsys.readouterr().err.splitlines()
    for name in ("HTTP_SECRT", "htpp", "http.secret", "iamport.script", "buyers.key", "buyers.issuer", "return_page"):
        assert sum(name in line for line in lines) >= 1, name
    assert len(lines) >= 8
    assert lines[-1] == "Nothing was started."


def test_every_secret_of_the_documents_is_known_as_an_example():
    shown = re.compile(r"""(?:secret|key|KEY|user_code)\b"? ?= ?"([^"]{11,})"|(whsec_[A-Za-z0-9+/=]{20,})""")
    found = set()
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        found |= {one or two for one, two in shown.findall(document.read_text())}
    assert {"sandbox-secret", "one long random text, the same for all processes"} <= found
    assert [one for one in found if not is_example(one)] == []
