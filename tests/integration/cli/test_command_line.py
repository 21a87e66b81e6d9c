"""The `payments` program itself: help, usage, settings, errors in one sentence, and `serve`."""

import signal
import socket
import subprocess
import sys

import pytest
import requests
from integration.cli.operators import PROGRAM, Operator
from support.patience import EVENTUALLY

from payments.domain.errors import Unknown
from payments.entrypoints.cli.app import COMMANDS, advice_on, command_line, run_command


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


def test_an_unreachable_provider_leaves_no_outcome_unknown(operator: Operator, monkeypatch):
    """The request was not sent, so the outcome is known: advice to refresh first would only fail again."""
    merchant_id = operator.begun()
    monkeypatch.setenv("PAYMENTS_IAMPORT_API_URL", "http://127.0.0.1:9")  # nobody listens there
    code, _, err = operator.command("refresh", merchant_id)
    assert code == 3
    assert "Nothing was sent. Try again." in err
    assert "unknown" not in err


def test_an_unknown_outcome_comes_with_advice_to_refresh():
    advice, code = advice_on(Unknown("The provider did not answer."))
    assert code == 3
    assert "payments refresh ID" in advice


def test_settings_that_are_missing_are_named(operator: Operator, monkeypatch):
    monkeypatch.delenv("PAYMENTS_IAMPORT_SECRET")
    code, _, err = operator.command("refresh", "m")
    assert code == 78
    assert "secret" in err
    assert operator.command("keys", "list")[0] == 0  # asks no provider, so needs none of its keys


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


def test_a_secret_is_in_no_output(operator: Operator, monkeypatch):
    monkeypatch.setenv("PAYMENTS_IAMPORT_SECRET", "hunter2-hunter2")
    for arguments in (["refresh", operator.begun()], ["db", "check"], ["list"]):
        _, out, err = operator.command(*arguments)
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
    assert ran.returncode == 78
    assert "Cannot listen on 127.0.0.1" in ran.stderr


def test_the_console_script_is_this_command():
    assert command_line().name == ("payments",)
    ran = subprocess.run([*PROGRAM, "--version"], capture_output=True, text=True, timeout=EVENTUALLY)
    assert (ran.returncode, ran.stdout.strip()) == (0, "0.1.0")
