"""The command: a process of its own that says where it is, answers there, and ends when it is told to."""

import signal
import subprocess
import sys
from pathlib import Path

import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox

COMMAND = [sys.executable, "-m", "payments.entrypoints.sandbox"]


def test_the_command_serves_until_it_is_interrupted() -> None:
    options = ["--port", "0", "--key", "k", "--secret", "s", "--seed", "3", "--shop-name", "가게"]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = process.stdout.readline()
        assert "no real money" in first
        url = first.split()[-1]
        assert url in process.stdout.readline()
        answer = requests.post(f"{url}/users/getToken", data={"imp_key": "k", "imp_secret": "s"}, timeout=EVENTUALLY)
        assert answer.json()["code"] == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(EVENTUALLY) == 0


def test_the_command_knows_what_a_file_says(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text('{"payments": [{"imp_uid": "imp_1", "merchant_uid": "o-1", "amount": 1000}]}')
    options = ["--port", "0", "--key", "k", "--secret", "s", "--seed-data", str(path), "--no-hide-sandbox-payments"]
    with (
        subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process,
        requests.Session() as shop,
    ):
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        answer = shop.post(f"{url}/users/getToken", data={"imp_key": "k", "imp_secret": "s"}, timeout=EVENTUALLY)
        shop.headers["Authorization"] = answer.json()["response"]["access_token"]
        assert shop.get(f"{url}/payments/imp_1", timeout=EVENTUALLY).json()["response"]["status"] == "paid"
        process.send_signal(signal.SIGINT)
        assert process.wait(EVENTUALLY) == 0


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--seed-data", str(tmp_path / "none")], capture_output=True, text=True, timeout=EVENTUALLY
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The sandbox did not start: ")
    assert "Traceback" not in done.stderr


def test_the_command_does_not_serve_other_machines() -> None:
    done = subprocess.run([*COMMAND, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=EVENTUALLY)
    assert done.returncode == 1
    assert "this machine only" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_seed_gives_the_same_run_twice() -> None:
    def run() -> list[str]:
        with running_sandbox(SandboxSettings(seed=11)) as sandbox:
            keys = {"imp_key": sandbox.settings.key, "imp_secret": sandbox.settings.secret}
            token = requests.post(f"{sandbox.url}/users/getToken", json=keys, timeout=EVENTUALLY).json()["response"]
            imp_uid = sandbox.open_window("a", 1000)
            row = sandbox.approve(imp_uid)
            cancelled = sandbox.console_cancel(imp_uid)
            made_up = [row.apply_num, row.card_number, cancelled.cancel_history[0].cancellation_id]
            return [token["access_token"], imp_uid, *map(str, made_up)]

    assert run() == run()


def test_two_sandboxes_run_side_by_side_and_know_nothing_of_each_other() -> None:
    with running_sandbox() as one, running_sandbox() as other:
        assert one.url != other.url
        imp_uid = one.open_window("a", 1000)
        assert isinstance(other, Sandbox)
        assert requests.get(f"{one.url}/_sandbox/payments/{imp_uid}", timeout=EVENTUALLY).status_code == 200
        assert requests.get(f"{other.url}/_sandbox/payments/{imp_uid}", timeout=EVENTUALLY).status_code == 404
