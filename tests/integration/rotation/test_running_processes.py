"""`payments serve` and `payments worker` take new secrets while they run: from files that changed, and on SIGHUP."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
import requests
from integration.rotation.conftest import NEW, OLD, Files
from support.api import bearer, signed
from support.patience import EVENTUALLY, until

from payments.entrypoints.sandbox import Sandbox

PROGRAM = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()"]


@attrs.frozen
class Process:
    running: "subprocess.Popen[str]"
    log: Path

    def said(self, words: str, times: int = 1) -> None:
        """Wait until the log has these words."""
        until(lambda: self.log.read_text().count(words) >= times or self.running.poll() is not None)
        assert self.running.poll() is None, self.log.read_text()


@pytest.fixture
def start(sandbox: Sandbox, files: Files, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    started: list[subprocess.Popen[str]] = []
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYMENTS_")}
    environment = outside | files.environment(sandbox) | {"PAYMENTS_HTTP_PORT": "0"}

    def begin(*command: str) -> Process:
        log = tmp_path / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [*PROGRAM, *command], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        started.append(process)
        return Process(process, log)

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_server_takes_new_secrets_and_keeps_the_old_ones_where_the_new_are_bad(
    start: Callable[..., Process], files: Files, sandbox: Sandbox
) -> None:
    server = start("serve")
    assert server.running.stdout is not None
    url = server.running.stdout.readline().partition(" at ")[2].partition(",")[0]

    def status(key: str) -> int:
        headers = bearer(signed({}, key))
        return requests.get(f"{url}/payments", headers=headers, timeout=EVENTUALLY).status_code

    assert (status(OLD + "b"), status(NEW + "b")) == (200, 401)
    files.write(buyers_previous_key=OLD + "b")
    files.write(buyers_key=NEW + "b")
    server.said("buyers.key")
    assert (status(OLD + "b"), status(NEW + "b")) == (200, 200)
    files.write(iamport_secret="refused by the provider")
    server.said("Iamport refuses the new iamport.key and iamport.secret.")
    server.running.send_signal(signal.SIGHUP)
    server.said("No secret was replaced; the old ones stay in use.", times=2)
    assert status(NEW + "b") == 200
    assert "Traceback" not in server.log.read_text()


def test_a_worker_takes_new_secrets_and_lives_on(
    start: Callable[..., Process], files: Files, sandbox: Sandbox, tmp_path: Path
) -> None:
    worker = start("worker")
    worker.said("worker started")
    worker.running.send_signal(signal.SIGHUP)
    worker.said("The settings were read again: nothing has changed.")
    sandbox.tokens.secret = NEW
    files.write(iamport_secret=NEW)
    worker.said("Replaced without a restart: iamport.secret.")
    worker.running.send_signal(signal.SIGTERM)
    assert worker.running.wait(EVENTUALLY) == 0
