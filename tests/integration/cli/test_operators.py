"""`payments operators`: created, listed, given passwords and codes, and revoked."""

import pytest
from integration.cli.operators import Operator

from payments.adapters.passwords import Argon2Passwords
from payments.entrypoints.blocking import run


def test_a_generated_password_is_shown_once_and_fits(operator: Operator) -> None:
    made = operator.json("operators", "create", "kim", "--scope", "refund", "--generate")
    stored = run(operator.service.people.operators.find("kim"))
    assert stored is not None
    assert Argon2Passwords().fits(stored.password, made["password"])
    assert made["scopes"] == ["read", "refund"]
    listed = operator.json("operators", "list")["operators"]
    assert [(one["name"], one["codes"], one["revoked_at"]) for one in listed] == [("kim", False, None)]
    assert made["password"] not in str(listed)


def test_a_script_gives_a_password_on_its_input(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("갈매기 세 마리와 우산\n"))
    assert operator.command("operators", "create", "kim")[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    code, _, said = operator.command("operators", "password", "kim")
    assert (code, "12 to 200" in said) == (2, True)


def test_an_operator_gets_codes_and_is_revoked(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENTS_HTTP_SECRET", "a secret of this service alone, 2026")
    operator.command("operators", "create", "kim", "--generate")
    secret = operator.json("operators", "codes", "kim")
    assert secret["address"].startswith("otpauth://totp/")
    assert operator.command("operators", "codes", "kim", "--off")[0] == 0
    assert operator.json("operators", "revoke", "kim") == {"revoked": True}
    code, _, said = operator.command("operators", "revoke", "kim")
    assert (code, "no active operator" in said) == (1, True)
    rows = run(operator.service.people.audit.after(0, 10))
    assert [row.action for row in rows] == [
        "operator_created",
        "codes_changed",
        "codes_changed",
        "operator_revoked",
    ]
    assert all(row.by.startswith("shop:cli:") for row in rows)


def test_keys_are_in_the_audit_list_too(operator: Operator) -> None:
    prefix = operator.json("keys", "create", "server")["prefix"]
    rotated = operator.json("keys", "rotate", prefix)["prefix"]
    operator.command("keys", "revoke", rotated)
    rows = run(operator.service.people.audit.after(0, 10))
    assert [row.action for row in rows] == ["key_created", "key_created", "key_revoked"]
    assert prefix in rows[0].detail
