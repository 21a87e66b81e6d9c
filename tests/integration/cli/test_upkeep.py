"""`payments keys`, `outbox` and `db`: API keys, dead letters and the database."""

from datetime import timedelta

from integration.cli.operators import Operator

from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import run_command


def test_a_key_is_shown_once_listed_without_itself_and_revoked(operator: Operator):
    code, secret, _ = operator.command("keys", "create", "my shop")
    assert code == 0
    assert secret.startswith("pk_")
    (listed,) = operator.json("keys", "list")["keys"]
    assert (listed["name"], listed["revoked_at"]) == ("my shop", None)
    assert secret.strip() not in operator.command("keys", "list")[1]
    assert operator.command("keys", "revoke", listed["prefix"])[0] == 0
    assert operator.command("keys", "revoke", listed["prefix"])[0] == 1
    assert operator.json("keys", "list")["keys"][0]["revoked_at"]


def test_a_key_has_scopes_an_end_and_a_successor(operator: Operator):
    made = operator.json("keys", "create", "desk", "--scope", "read", "--scope", "refund", "--expires", "90d")
    assert made["scopes"] == ["read", "refund"]
    assert made["expires_at"]
    code, secret, _ = operator.command("keys", "rotate", made["prefix"], "--overlap", "1")
    assert (code, secret.startswith("pk_")) == (0, True)
    new, old = operator.json("keys", "list")["keys"]
    assert (new["scopes"], new["expires_at"], new["name"]) == (["read", "refund"], None, "desk")
    assert old["expires_at"] < made["expires_at"]
    assert operator.command("keys", "rotate", "pk_0", "--overlap", "1")[0] == 1
    assert operator.json("keys", "create", "shop")["scopes"] == ["pay", "read"]
    for wrong in ("yesterday", "2020-01-01", "0d"):
        assert operator.command("keys", "create", "x", "--expires", wrong)[0] == 2


def test_the_messages_about_one_payment_are_listed(operator: Operator):
    about, other = operator.begun("gold"), operator.begun("silver")
    listed = operator.json("outbox", "list", "--payment", about)["waiting"]
    assert listed
    assert all(about in one["body"] and other not in one["body"] for one in listed)
    run(operator.service.outbox.bury(listed[0]["id"], "410"))
    assert [one["id"] for one in operator.json("outbox", "dead", "--payment", about)["dead"]] == [listed[0]["id"]]
    assert operator.json("outbox", "dead", "--payment", other) == {"dead": []}


def test_dead_letters_are_listed_and_sent_again(operator: Operator):
    operator.begun()
    outbox, now = operator.service.outbox, operator.service.checkout.clock.now()
    (message, *_) = run(outbox.claim(now, now, 10))
    run(outbox.bury(message.id, "the shop answered 500"))
    assert operator.json("outbox", "dead")["dead"][0]["id"] == message.id
    assert "the shop answered 500" in operator.command("outbox", "dead")[1]
    assert operator.command("outbox", "replay")[0] == 2
    assert operator.command("outbox", "replay", "--all", "--waiting")[0] == 2
    assert operator.json("outbox", "replay", "--all") == {"replayed": 1, "missing": []}
    assert operator.command("outbox", "replay", message.id)[0] == 1
    assert operator.json("outbox", "dead") == {"dead": []}


def test_a_dead_letter_that_nobody_can_handle_is_skipped(operator: Operator):
    operator.begun()
    outbox, now = operator.service.outbox, operator.service.checkout.clock.now()
    (message, *_) = run(outbox.claim(now, now, 10))
    assert operator.command("outbox", "skip", message.id)[0] == 1  # it still waits
    run(outbox.bury(message.id, "a handler failed"))
    assert operator.command("outbox", "skip")[0] == 2
    assert operator.json("outbox", "skip", message.id) == {"skipped": 1, "missing": []}
    assert operator.json("outbox", "dead") == {"dead": []}


def test_the_database_is_made_checked_and_made_no_second_time(environment, capsys):
    assert run_command(["db", "check"]) == 1
    assert "payments db upgrade" in capsys.readouterr().err
    assert run_command(["db", "upgrade"]) == 0
    assert "from none" in capsys.readouterr().out
    assert run_command(["db", "upgrade"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert run_command(["db", "check"]) == 0
    told = capsys.readouterr().out
    assert "system: SQLite 3." in told
    assert "mode: test" in told
    assert "schema: 0001" in told


def test_everything_moves_to_another_database(operator: Operator, tmp_path, monkeypatch):
    merchant_id, _ = operator.paid()
    target = f"sqlite:///{tmp_path / 'bigger.sqlite3'}"
    assert operator.json("db", "move", target)["rows"]["pkr_payments"] == 1
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", target)
    assert operator.json("show", merchant_id)["payment"]["status"] == "paid"
    assert operator.command("db", "move", target)[0] == 1  # it is not empty any more


def test_what_waits_for_the_shop_is_listed_and_hurried(operator: Operator):
    operator.begun()
    outbox, now = operator.service.outbox, operator.service.checkout.clock.now()
    (message, *_) = run(outbox.claim(now, now, 10))
    run(outbox.postpone(message.id, now + timedelta(hours=5), "503"))
    listed = operator.json("outbox", "list")["waiting"]
    assert [(one["id"], one["tries"]) for one in listed if one["tries"]] == [(message.id, 1)]
    assert operator.json("outbox", "replay", "--waiting") == {"replayed": 1, "missing": []}
    assert operator.json("outbox", "replay", "--waiting") == {"replayed": 0, "missing": []}
