"""The settings of PortOne V2: beside Iamport or alone, from files too, and in live mode nothing that risks money."""

import re
from pathlib import Path

import pytest
from unit.entrypoints.settings_files import LIVE, clean, loaded, toml

from payments.domain.values import Method
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.providers import accounts_of
from payments.entrypoints.service import BadSettings

assert clean  # the fixture that gives each test an environment of its own

HOOK = "whsec_" + "bGl2ZS1zZWNyZXQtb2YtYS1zaG9wLXdpdGgtMzItYnl0ZXM="
V2 = {
    "portone.api_secret": "v2-live-secret-0123456789",
    "portone.store_id": "store-4b1c",
    "portone.channel_key": "channel-key-1",
    "portone.webhook_secrets": [HOOK],
}
BOTH = LIVE | V2
ALONE = {name: value for name, value in BOTH.items() if not name.startswith("iamport.")} | {"provider": "portone"}


def test_one_provider_needs_no_settings_of_the_other():
    assert list(accounts_of(loaded(toml(LIVE)))) == ["iamport"]
    assert list(accounts_of(loaded(toml(ALONE)))) == ["portone"]
    with opened(loaded(toml(ALONE))) as service:
        assert service.checkout.rules.provider == "portone"


def test_both_are_opened_where_both_have_keys():
    with opened(loaded(toml(BOTH))) as service:
        assert set(service.checkout.gateways.by_name) == set(service.readers) == {"iamport", "portone"}


def test_a_channel_names_the_provider_of_its_methods():
    channel = '[[channels]]\nname = "k"\nprovider = "portone"\nchannel_key = "c"\nmethods = ["kakaopay"]\n'
    with opened(loaded(f"{toml(BOTH)}\n{channel}")) as service:
        rules = service.checkout.rules
    assert [rules.provider_for("", method) for method in (Method.CARD, Method.KAKAOPAY)] == ["iamport", "portone"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"portone.api_url": "https://api.attacker.test"}, "portone.api_url"),
        ({"portone.api_url": "http://127.0.0.1:4101"}, "portone.api_url"),
        ({"portone.script": "https://cdn.iamport.kr/v2/browser-sdk.js"}, "portone.script"),
        ({"portone.webhook_secrets": []}, "portone.webhook_secrets"),
        ({"portone.channel_key": ""}, "portone.channel_key"),
        ({"portone.api_secret": "sandbox-v2-secret"}, "portone.api_secret"),
        ({"portone.api_secret": HOOK}, "must not be the same secret"),
        ({"portone.max_instalments": 99}, "portone.max_instalments"),
        ({"provider": "nobody"}, "There is no provider nobody"),
        ({"portone.secret": "x"}, "portone.secret"),
    ],
)
def test_live_mode_refuses(change: dict[str, object], named: str):
    with pytest.raises(BadSettings, match=re.escape(named)) as refusal:
        loaded(toml(BOTH | change))
    assert V2["portone.api_secret"] not in str(refusal.value)


def test_a_secret_that_verifies_nothing_keeps_everything_from_starting():
    settings = loaded(toml(BOTH | {"portone.webhook_secrets": ["no base64"]}))
    with pytest.raises(BadSettings, match=re.escape("portone.webhook_secrets")), opened(settings):
        pass


def test_what_is_wrong_with_a_provider_that_is_not_used_does_not_matter():
    assert loaded(toml(LIVE | {"portone.api_url": "http://127.0.0.1:4101"})).providers == {"iamport"}


def test_secrets_come_from_files_and_are_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name, text in (("API_SECRET", "from-a-file-0123"), ("WEBHOOK_SECRETS", HOOK)):
        (tmp_path / name).write_text(f"{text}\n")
        monkeypatch.setenv(f"PAYMENTS_PORTONE_{name}_FILE", str(tmp_path / name))
    settings = loaded()
    assert settings.portone.api_secret.get_secret_value() == "from-a-file-0123"
    assert settings.portone.webhook_secrets == (HOOK,)
    assert "from-a-file-0123" not in repr(settings)
    assert HOOK not in repr(settings)
