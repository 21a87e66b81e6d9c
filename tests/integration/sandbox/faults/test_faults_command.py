"""The command with faults: they strike from the first call, and what cannot be is said before anything is served."""

import signal
import subprocess
import sys

import pytest
import requests
from support.patience import EVENTUALLY

COMMAND = [sys.executable, "-m", "payments.entrypoints.sandbox", "--port", "0"]


def test_the_command_is_bad_on_request() -> None:
    options = ["--seed", "7", "--faults", "get_token:500@1,get_token:html@2"]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        answers = [requests.post(f"{url}/users/getToken", timeout=EVENTUALLY).status_code for _ in range(3)]
        assert answers == [500, 502, 400]
        process.send_signal(signal.SIGINT)
        assert process.wait(EVENTUALLY) == 0


@pytest.mark.parametrize(("faults", "says"), [("cancel:explode", "there are: refuse"), ("cancle:drop", "'cancle'")])
def test_the_command_says_which_fault_cannot_be(faults: str, says: str) -> None:
    done = subprocess.run([*COMMAND, "--faults", faults], capture_output=True, text=True, timeout=EVENTUALLY)
    assert done.returncode == 1
    assert done.stderr.startswith("The sandbox did not start: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
