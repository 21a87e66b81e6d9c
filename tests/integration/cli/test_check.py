"""`payments check`, and what `payments serve` and `worker` ask of Iamport before they start."""

import contextlib
import json
import logging
import sqlite3
import subprocess

import pytest
from integration.cli.operators import PROGRAM, Operator
from support.patience import EVENTUALLY

from payments.adapters.system.clock import SystemClock
from payments.entrypoints.cli.app import CONFIG
from payments.entrypoints.providers import check_at_start
from payments.entrypoints.sandbox import Clock
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import load_settings

NOBODY = "http://127.0.0.1:9"


def parts(operator: Operator) -> dict[str, tuple[bool, str]]:
    code, out, err = operator.command("check", "--json")
    found = {one["part"]: (one["ok"], one["sentence"]) for one in json.loads(out)}
    assert err == ""
    assert code == (0 if all(ok for ok, _ in found.values()) else 1)
    return found


def test_a_shop_that_can_take_payments_reads_so_for_each_part(operator: Operator) -> None:
    code, out, err = operator.command("check")
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["ok", "settings"],
        ["ok", "database"],
        ["ok", "audit"],
        ["ok", "provider"],
        ["ok", "clock"],
        ["ok", "channels"],
    ]
    assert "test money" in out


def test_settings_that_cannot_be_read_are_the_only_thing_said(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENTS_MODE", "play")
    found = parts(operator)
    assert list(found) == ["settings"]
    assert not found["settings"][0]
    assert "mode" in found["settings"][1]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("", "The database has no tables yet. Create them with `payments db upgrade`."),
        ("CREATE TABLE songs (id int)", "The database belongs to another program: it has 1 of its tables"),
    ],
)
def test_a_database_without_our_tables_has_a_next_step(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path, statement: str, said: str
) -> None:
    file = tmp_path / "other.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", f"sqlite:///{file}")
    found = parts(operator)
    assert not found["database"][0]
    assert said in found["database"][1]
    assert "payments db upgrade" in found["database"][1]
    assert found["provider"][0], "the other parts are looked at all the same"


def test_a_file_that_is_no_database_shows_the_drivers_line(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear shop, " * 200)
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", f"sqlite:///{file}")
    ok, said = parts(operator)["database"]
    assert not ok
    assert "file is not a database" in said
    assert "correct database.url" in said


def test_wrong_keys_are_found_and_not_shown(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENTS_IAMPORT_SECRET", "not-the-secret")
    found = parts(operator)
    assert not found["provider"][0]
    assert "not-the-secret" not in found["provider"][1]
    assert "secret" in found["provider"][1]
    assert "clock" not in found


def test_a_provider_that_does_not_answer_is_not_called_wrong_keys(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENTS_IAMPORT_API_URL", NOBODY)
    ok, said = parts(operator)["provider"]
    assert not ok
    assert "secret" not in said


@pytest.mark.parametrize(("seconds", "word"), [(-300, "ahead of"), (300, "behind")])
def test_a_clock_that_is_wrong_by_minutes_is_told_which_way(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, seconds: int, word: str
) -> None:
    there = Clock.stopped()
    there.move_to(SystemClock().now().timestamp() + seconds)
    with running_sandbox(clock=there) as other:
        monkeypatch.setenv("PAYMENTS_IAMPORT_API_URL", other.url)
        found = parts(operator)
    assert found["provider"][0]
    assert not found["clock"][0]
    assert f"s {word} Iamport's. Set it by NTP." in found["clock"][1]


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_starts_with_keys_that_iamport_refuses(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PAYMENTS_IAMPORT_SECRET", "not-the-secret")
    ended = subprocess.run([*PROGRAM, command], capture_output=True, text=True, timeout=EVENTUALLY, check=False)
    assert (ended.returncode, ended.stdout) == (CONFIG, "")
    assert "Iamport refuses iamport.key and iamport.secret" in ended.stderr
    assert "iamport.check_at_start" in ended.stderr
    assert "not-the-secret" not in ended.stderr


def test_iamport_is_not_asked_at_start_where_the_settings_say_so(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENTS_IAMPORT_SECRET", "not-the-secret")
    settings = load_settings()
    with pytest.raises(BadSettings):
        check_at_start(settings)
    monkeypatch.setenv("PAYMENTS_IAMPORT_CHECK_AT_START", "false")
    check_at_start(load_settings())


def test_a_provider_that_is_down_does_not_keep_a_shop_from_starting(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PAYMENTS_IAMPORT_API_URL", NOBODY)
    with caplog.at_level(logging.WARNING, "payments.start"):
        check_at_start(load_settings())
    assert "could not be asked" in caplog.text


def _channel(monkeypatch: pytest.MonkeyPatch, tmp_path, **options: str) -> None:
    """Add a channel to the settings."""
    file = tmp_path / "payments.toml"
    rows = "\n".join(f'{name} = "{value}"' for name, value in options.items())
    file.write_text(f'[[channels]]\nname = "mine"\n{rows}\n')
    monkeypatch.setenv("PAYMENTS_CONFIG", str(file))


def test_a_channel_that_the_provider_lists_needs_only_its_pg(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    _channel(monkeypatch, tmp_path, channel_key="channel-key-kcp")
    ok, said = parts(operator)["channels"]
    assert ok
    assert "Set pg of mine to 'kcp', so that its rules are checked." in said
    _channel(monkeypatch, tmp_path, channel_key="channel-key-kcp", pg="kcp")
    assert parts(operator)["channels"] == (True, "Iamport lists the channels of the settings, in the same mode.")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"channel_key": "channel-key-gone"}, "which the provider does not list"),
        ({"pg": "kcp.OTHER"}, "has the pg 'kcp.OTHER', which the provider does not list"),
        ({"channel_key": "channel-key-kcp", "pg": "nice_v2"}, "the provider lists kcp.AO09C under its channel_key"),
        ({"channel_key": "channel-key-kcp", "pg": "kcp.AO09D"}, "the provider lists kcp.AO09C under its channel_key"),
    ],
)
def test_a_channel_that_differs_from_the_providers_list_is_told(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path, options: dict[str, str], said: str
) -> None:
    _channel(monkeypatch, tmp_path, **options)
    ok, sentence = parts(operator)["channels"]
    assert not ok
    assert sentence.startswith("The channel 'mine' has the ")
    assert said in sentence


def test_a_changed_audit_list_is_noticed(operator: Operator) -> None:
    """Whoever owns the database can take the triggers away; the chain shows it."""
    operator.command("operators", "create", "kim", "--generate")
    assert "1 rows" in parts(operator)["audit"][1]
    file = load_settings().database.url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("UPDATE pkr_audit SET asked_by = 'nobody'")
        connection.execute("DROP TRIGGER pkr_audit_no_update")
        connection.execute("UPDATE pkr_audit SET asked_by = 'nobody'")
    ok, said = parts(operator)["audit"]
    assert not ok
    assert "Row 1" in said
