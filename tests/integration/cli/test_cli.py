"""The `payments` command as an operator types it: against an SQLite file and a local Iamport on a socket."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import requests
from builders import a_report
from support.patience import EVENTUALLY

from payments.domain.errors import Unknown
from payments.domain.money import Money
from payments.domain.values import Caller, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened, upgrade_database
from payments.entrypoints.cli.app import COMMANDS, advice_on, command_line, run_command
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.settings import DatabaseSettings, Settings, load_settings

PROGRAM = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()"]
ALICE = Caller.buyer("alice")
GOLD = Offer("골드 멤버십", Money(12_000))


@attrs.frozen
class Shop:
    """A shop with a few payments, and its operator's command line."""

    sandbox: Sandbox
    service: Service
    capsys: pytest.CaptureFixture[str]

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command; return its exit code and what it printed."""
        code = run_command(arguments)
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def json(self, *arguments: str):
        code, out, err = self.command(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    def begun(self, order: str = "gold", method: Method = Method.CARD) -> str:
        return run(self.service.checkout.begin("alice", order, GOLD, method, ALICE)).merchant_id

    def attempt(self, merchant_id: str, amount: int = 12_000) -> str:
        opened = self.sandbox.open_window(merchant_id, amount)
        self.sandbox.approve(opened)
        return opened

    def paid(self, order: str = "gold") -> tuple[str, str]:
        merchant_id = self.begun(order)
        attempt = self.attempt(merchant_id)
        run(self.service.checkout.refresh(merchant_id, "test"))
        return merchant_id, attempt


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Settings of a test shop; nothing of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("PAYMENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        "IAMPORT_KEY": KEY,
        "IAMPORT_SECRET": SECRET,
        "IAMPORT_USER_CODE": USER_CODE,
        "IAMPORT_API_URL": sandbox.url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PAYMENTS_{name}", value)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with empty tables."""
    file = tmp_path_factory.mktemp("tables") / "empty.sqlite3"
    upgrade_database(Settings(database=DatabaseSettings(url=f"sqlite:///{file}")))
    return file


@pytest.fixture
def shop(environment, sandbox, capsys, tables, tmp_path) -> Iterator[Shop]:
    shutil.copyfile(tables, tmp_path / "shop.sqlite3")
    with opened(load_settings()) as service:
        capsys.readouterr()
        yield Shop(sandbox, service, capsys)


def test_help_names_every_command_and_loads_none_of_them():
    loads = (
        "import sys; from payments.entrypoints.cli.app import run_command; run_command(['--help'])\n"
        "print(sorted({'sqlalchemy', 'requests', 'starlette', 'uvicorn', 'jwt', 'msgspec'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, timeout=EVENTUALLY)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.rstrip().endswith("[]")
    for name in COMMANDS:
        assert name.split()[0] in ran.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(name, capsys):
    assert run_command([*name.split(), "--help"]) == 0
    assert "Usage:" in capsys.readouterr().out


def test_a_payment_is_shown_with_money_and_seouls_time(shop: Shop):
    merchant_id, attempt = shop.paid()
    code, out, _ = shop.command("show", merchant_id, "--language", "en")
    assert code == 0
    for part in (
        merchant_id,
        "Paid",
        "[test money]",
        "₩12,000",
        "alice",
        "골드 멤버십",
        attempt,
        "Accepted",
        "Captured",
    ):
        assert part in out
    korean = shop.command("show", merchant_id, "--language", "ko")[1]
    for part in ("결제 완료", "12,000원", "정상 결제", "결제 승인", "테스트 결제"):
        assert part in korean


def test_a_payment_as_json_is_what_the_api_says(shop: Shop):
    merchant_id, attempt = shop.paid()
    told = shop.json("show", merchant_id)
    assert (told["payment"]["status"], told["payment"]["amount"]) == ("paid", 12_000)
    assert told["payment"]["attempts"][0]["gateway_id"] == attempt
    assert [event["version"] for event in told["events"]] == [1, 2, 3]


def test_payments_are_listed_newest_first_and_page_by_page(shop: Shop):
    older, newer = shop.begun("gold"), shop.paid("silver")[0]
    out = shop.command("list", "--language", "en")[1]
    assert out.index(newer) < out.index(older)
    assert [p["merchant_id"] for p in shop.json("list", "--status", "paid")["payments"]] == [newer]
    first = shop.json("list", "--limit", "1")
    assert first["next"] == newer
    assert [p["merchant_id"] for p in shop.json("list", "--cursor", first["next"])["payments"]] == [older]
    assert shop.command("list", "--buyer", "nobody", "--language", "en")[1] == "None.\n"


def test_looking_finds_what_no_webhook_told(shop: Shop):
    merchant_id = shop.begun()
    shop.attempt(merchant_id)
    assert shop.json("refresh", merchant_id)["payment"]["status"] == "paid"


def test_an_unpaid_payment_is_cancelled_and_a_paid_one_is_not(shop: Shop):
    assert shop.json("cancel", shop.begun("silver"))["payment"]["status"] == "cancelled"
    code, out, err = shop.command("cancel", shop.paid("gold")[0])
    assert (code, out) == (1, "")
    assert err == "This payment is paid. Refund it instead of cancelling it.\n"


def test_a_refund_takes_money_as_people_write_it(shop: Shop):
    merchant_id, _ = shop.paid()
    code, out, _ = shop.command(
        "refund", merchant_id, "--amount", "5,000", "--reason", "반품", "--yes", "--language", "en"
    )
    assert (code, out) == (0, "₩5,000 given back.\n")
    assert shop.command("refund", merchant_id, "--yes", "--language", "ko")[1] == "7,000원 환불했습니다.\n"
    told = shop.json("show", merchant_id)
    assert (told["payment"]["status"], told["payment"]["refunded"]) == ("cancelled", 12_000)
    assert told["refunds"][0]["by"].startswith("shop:cli:")


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "all", "99,999"])
def test_a_refund_that_cannot_be_moves_nothing(shop: Shop, amount):
    merchant_id, _ = shop.paid()
    code, _, err = shop.command("refund", merchant_id, f"--amount={amount}", "--yes")
    assert code in (1, 2)
    assert err.count("\n") == 1
    assert shop.json("show", merchant_id)["refunds"] == []


@pytest.mark.parametrize("option", ["--amount", "--gateway-id", "--tax-free", "--vat"])
def test_an_option_left_empty_by_a_script_gives_back_nothing(shop: Shop, option):
    """Fails where `--amount "$SUM"`, with SUM unset, gives back all there is."""
    merchant_id, _ = shop.paid()
    code, _, err = shop.command("refund", merchant_id, f"{option}=", "--yes")
    assert code in (1, 2)
    assert err.count("\n") == 1
    assert shop.json("show", merchant_id)["refunds"] == []


def test_parts_of_nothing_can_be_said(shop: Shop):
    """No VAT is another thing than VAT that the provider works out."""
    merchant_id, _ = shop.paid()
    assert shop.command("refund", merchant_id, "--vat=0", "--tax-free=0", "--yes")[0] == 0
    assert shop.json("show", merchant_id)["refunds"][0]["vat"] == 0


@pytest.mark.parametrize("limit", ["0", "-1", "-5", "1001"])
@pytest.mark.parametrize("command", [["list"], ["strays", "list"], ["outbox", "dead"]], ids=" ".join)
def test_a_list_of_no_possible_length_is_refused(shop: Shop, command, limit):
    shop.begun()
    code, out, err = shop.command(*command, f"--limit={limit}")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_strays_beyond_the_limit_are_told_of(shop: Shop):
    """Fails where the list looks complete, and an accountant believes it."""
    for number in range(3):
        attempt = shop.sandbox.open_window(f"not-ours-{number}", 700)
        shop.sandbox.approve(attempt)
        run(shop.service.checkout.refresh_attempt(attempt, "test"))
    out = shop.command("strays", "list", "--limit", "2", "--language", "en")[1]
    assert out.count("₩700") == 2
    cursor = out.splitlines()[-1].removeprefix("More: --cursor ")
    rest = shop.command("strays", "list", "--limit", "2", "--cursor", cursor, "--language", "en")[1]
    assert (rest.count("₩700"), "More" in rest) == (1, False)
    assert shop.json("strays", "list", "--limit", "2")["next"] == cursor


def test_a_person_is_asked_before_money_moves(shop: Shop, monkeypatch):
    merchant_id, _ = shop.paid()
    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    code, out, _ = shop.command("refund", merchant_id, "--language", "en")
    assert code == 1
    assert out == f"Give back ₩12,000 of {merchant_id}? [y/N] Nothing was given back.\n"
    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    assert shop.command("refund", merchant_id, "--language", "en")[1].endswith("₩12,000 given back.\n")


class Person:
    """Somebody at a terminal."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self, *_: object) -> str:
        return self.answer


def test_strays_are_listed_given_back_and_kept(shop: Shop):
    given = shop.sandbox.open_window("not-ours-1", 700)
    kept = shop.sandbox.open_window("not-ours-2", 800)
    for attempt in (given, kept):
        shop.sandbox.approve(attempt)
        run(shop.service.checkout.refresh_attempt(attempt, "test"))
    out = shop.command("strays", "list", "--language", "en")[1]
    assert "₩700" in out
    assert "No such payment here" in out
    assert shop.command("strays", "return", "not-ours-1", given, "--language", "en")[:2] == (0, "₩700 given back.\n")
    assert shop.command("strays", "hold", "not-ours-2", kept, "--note", "a colleague's test")[0] == 0
    assert shop.json("strays", "list") == {"strays": []}


@pytest.mark.parametrize("which", ["주문/2024.01", "ORD:7 #2"])
def test_an_orphan_of_any_name_is_shown_and_given_back(shop: Shop, which):
    """Whoever took the money chose its name; only the sandbox wants plain ones."""
    report = a_report(merchant_id=which, gateway_id="imp_9", amount=Money(700))
    run(shop.service.checkout.record(report, "test"))
    assert shop.json("show", which)["payment"]["merchant_id"] == which
    assert shop.json("list", "--cursor", which)["payments"] == []
    assert shop.command("strays", "hold", which, "imp_9", "--note", "a colleague's test")[0] == 0


def test_the_money_that_paid_is_no_stray(shop: Shop):
    merchant_id, attempt = shop.paid()
    code, _, err = shop.command("strays", "return", merchant_id, attempt)
    assert code == 1
    assert "no such stray" in err
    assert shop.json("show", merchant_id)["refunds"] == []


def test_a_key_is_shown_once_listed_without_itself_and_revoked(shop: Shop):
    code, secret, _ = shop.command("keys", "create", "my shop")
    assert code == 0
    assert secret.startswith("pk_")
    (listed,) = shop.json("keys", "list")["keys"]
    assert (listed["name"], listed["revoked_at"]) == ("my shop", None)
    assert secret.strip() not in shop.command("keys", "list")[1]
    assert shop.command("keys", "revoke", listed["prefix"])[0] == 0
    assert shop.command("keys", "revoke", listed["prefix"])[0] == 1
    assert shop.json("keys", "list")["keys"][0]["revoked_at"]


def test_dead_letters_are_listed_and_sent_again(shop: Shop):
    shop.begun()
    outbox, now = shop.service.outbox, shop.service.checkout.clock.now()
    (message, *_) = run(outbox.claim(now, now, 10))
    run(outbox.bury(message.id, "the shop answered 500"))
    assert shop.json("outbox", "dead")["dead"][0]["id"] == message.id
    assert "the shop answered 500" in shop.command("outbox", "dead")[1]
    assert shop.command("outbox", "replay")[0] == 2
    assert shop.json("outbox", "replay", "--all") == {"replayed": 1, "missing": []}
    assert shop.command("outbox", "replay", message.id)[0] == 1
    assert shop.json("outbox", "dead") == {"dead": []}


def test_the_database_is_made_checked_and_made_no_second_time(environment, capsys):
    assert run_command(["db", "check"]) == 1
    assert "payments db upgrade" in capsys.readouterr().err
    assert run_command(["db", "upgrade"]) == 0
    assert "from none" in capsys.readouterr().out
    assert run_command(["db", "upgrade"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert run_command(["db", "check"]) == 0


def test_everything_moves_to_another_database(shop: Shop, tmp_path, monkeypatch):
    merchant_id, _ = shop.paid()
    target = f"sqlite:///{tmp_path / 'bigger.sqlite3'}"
    assert shop.json("db", "move", target)["rows"]["pkr_payments"] == 1
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", target)
    assert shop.json("show", merchant_id)["payment"]["status"] == "paid"
    assert shop.command("db", "move", target)[0] == 1  # it is not empty any more


def test_what_is_none_is_told_in_one_sentence(shop: Shop):
    for arguments in (["show", "nobody"], ["refresh", "nobody"], ["cancel", "nobody"], ["refund", "nobody"]):
        assert shop.command(*arguments) == (1, "", "There is no such payment.\n")
    code, _, err = shop.command("show", "n" * 41)
    assert (code, err.count("\n")) == (2, 1)


def test_a_provider_that_cannot_be_reached_is_told_without_doubt(shop: Shop, monkeypatch):
    """What was not sent is not unknown: advice to look first would only repeat the look that failed."""
    merchant_id = shop.begun()
    monkeypatch.setenv("PAYMENTS_IAMPORT_API_URL", "http://127.0.0.1:9")  # nobody listens there
    code, _, err = shop.command("refresh", merchant_id)
    assert code == 3
    assert "Nothing was sent; try again." in err
    assert "unknown" not in err


def test_an_unknown_outcome_is_told_with_advice_to_look():
    advice, code = advice_on(Unknown("The provider did not answer."))
    assert code == 3
    assert "payments refresh ID" in advice


def test_settings_that_are_missing_are_named(shop: Shop, monkeypatch):
    monkeypatch.delenv("PAYMENTS_IAMPORT_SECRET")
    code, _, err = shop.command("refresh", "m")
    assert code == 2
    assert "secret" in err
    assert shop.command("keys", "list")[0] == 0  # asks no provider, so needs none of its keys


def test_wrong_usage_is_code_2(capsys):
    assert run_command(["show"]) == 2
    assert run_command(["list", "--status", "gone"]) == 2
    assert run_command(["nonsense"]) == 2


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch, capsys, environment):
    monkeypatch.setitem(sys.modules, "payments.entrypoints.cli.db", None)
    monkeypatch.delitem(sys.modules, "payments.adapters.sql.store", raising=False)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    for name in [name for name in sys.modules if name.startswith("payments.adapters.sql")]:
        monkeypatch.delitem(sys.modules, name)
    assert run_command(["keys", "list"]) == 2
    assert "pip install 'payments-kr[sql]'" in capsys.readouterr().err


def test_a_secret_is_in_no_output(shop: Shop, monkeypatch):
    monkeypatch.setenv("PAYMENTS_IAMPORT_SECRET", "hunter2-hunter2")
    for arguments in (["refresh", shop.begun()], ["db", "check"], ["list"]):
        _, out, err = shop.command(*arguments)
        assert "hunter2" not in out + err


def test_serve_answers_and_leaves_in_order(environment):
    assert run_command(["db", "upgrade"]) == 0
    command = [*PROGRAM, "serve", "--port", "0", "--with-worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        url = served.stdout.readline().partition(" at ")[2].partition(",")[0]  # announced when it listens
        answer = requests.get(f"{url}/readyz", timeout=EVENTUALLY)
        served.send_signal(signal.SIGTERM)
        _, log = served.communicate(timeout=EVENTUALLY)
    assert (answer.status_code, served.returncode) == (200, 0), log
    assert "Traceback" not in log
    assert "GET '/readyz' 200" in log
    assert answer.headers["X-Request-Id"] in log
    assert "worker" in log


def test_a_port_that_is_taken_is_told_in_a_sentence(environment):
    assert run_command(["db", "upgrade"]) == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:  # in a process of its own, because serve sets up its logging
        command = [*PROGRAM, "serve", "--port", str(taken.getsockname()[1])]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=EVENTUALLY)
    assert ran.returncode == 2
    assert "Cannot listen on 127.0.0.1" in ran.stderr


def test_the_console_script_is_this_command():
    assert command_line().name == ("payments",)
    ran = subprocess.run([*PROGRAM, "--version"], capture_output=True, text=True, timeout=EVENTUALLY)
    assert (ran.returncode, ran.stdout.strip()) == (0, "0.1.0")
