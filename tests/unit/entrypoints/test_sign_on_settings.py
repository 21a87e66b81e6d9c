"""Settings of single sign-on: whole, over https, and with a role for somebody."""

from pathlib import Path
from typing import Any

import attrs
import pytest
from typed_settings import Secret
from unit.entrypoints.settings_files import clean, loaded

from payments.domain.access import Scope
from payments.domain.values import Mode
from payments.entrypoints.settings import HttpSettings, OpenIdOptions, Settings, check
from payments.entrypoints.settings.live import check_live
from payments.entrypoints.settings.openid import scopes_of

assert clean  # the fixture that gives each test an environment of its own

WHOLE: dict[str, Any] = {
    "issuer": "https://login.shop.test",
    "client_id": "console",
    "client_secret": Secret("s"),
    "groups": {"desk": "pay, refund"},
}


def settings(**changes: Any) -> Settings:
    http = HttpSettings(public_url="https://pay.shop.test")
    return Settings(http=http, openid=OpenIdOptions(**{**WHOLE, **changes}))


def test_whole_settings_are_accepted():
    assert check(settings()) == []
    assert scopes_of("pay, refund") == {Scope.PAY, Scope.REFUND}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": ""}, "set together"),
        ({"client_id": ""}, "set together"),
        ({"client_secret": Secret("")}, "set together"),
        ({"issuer": "http://login.shop.test"}, "must be an https:// address"),
        ({"scopes": "profile"}, "must contain openid"),
        ({"groups": {}}, "who may log in"),
        ({"groups": {"desk": "everything"}}, "desk must have one or more of read, pay, refund, admin"),
        ({"subjects": {"42": ""}}, "42 must have one or more of"),
    ],
)
def test_what_cannot_work_is_told(changes: dict[str, Any], words: str):
    assert any(words in sentence for sentence in check(settings(**changes)))


def test_people_need_an_address_to_come_back_to():
    without = attrs.evolve(settings(), http=HttpSettings())
    assert any("http.public_url" in sentence for sentence in check(without))


def test_an_issuer_on_this_machine_is_for_tests_alone():
    local = settings(issuer="http://127.0.0.1:9000")
    assert check(local) == []
    live = attrs.evolve(local, mode=Mode.LIVE)
    assert "openid.issuer must be an https:// address in live mode." in check_live(live)


def test_groups_are_a_table_and_the_secret_a_file(monkeypatch: pytest.MonkeyPatch):
    Path("secret").write_text("s3cret\n")
    monkeypatch.setenv("PAYMENTS_OPENID_CLIENT_SECRET_FILE", "secret")
    read = loaded(
        """
        http.public_url = "https://pay.shop.test"
        [openid]
        issuer = "https://login.shop.test"
        client_id = "console"
        [openid.groups]
        "shop.heads" = "admin"
        """
    ).openid
    assert (read.groups, read.client_secret.get_secret_value()) == ({"shop.heads": "admin"}, "s3cret")
    assert "s3cret" not in repr(read)
