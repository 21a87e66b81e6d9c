"""A server that stops: calls to the provider get the grace and are then cut off, over both transports."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests
from integration.iamport.scripted import Act, Scripted, Seen, granted, hang
from integration.system.test_processes import environment
from support.patience import EVENTUALLY, until

TRANSPORTS = {"aiohttp": "", "requests": "import sys; sys.modules['aiohttp'] = None; "}
SERVE = "from payments.entrypoints.http import serving; serving.GRACE_SECONDS = {}; "
MAIN = "from payments.entrypoints.cli.app import main; main()"
ORDER = {"buyer": "b", "order": "o", "name": "n", "amount": 1000, "method": "card"}


@attrs.frozen
class Served:
    process: "subprocess.Popen[str]"
    url: str
    key: str
    log: Path

    def check_out(self) -> int:
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.post(f"{self.url}/payments", json=ORDER, headers=headers, timeout=EVENTUALLY).status_code

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(EVENTUALLY)


Serve = Callable[[Scripted, float], Served]


@pytest.fixture(params=TRANSPORTS)
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    running: list[subprocess.Popen[str]] = []
    log = tmp_path / "log"

    def start(provider: Scripted, grace: float) -> Served:
        env = environment(f"sqlite:///{tmp_path}/shop.db")
        env |= {"PAYMENTS_IAMPORT_API_URL": provider.url, "PAYMENTS_IAMPORT_DEADLINE": "600"}
        code = TRANSPORTS[request.param] + SERVE.format(grace) + MAIN
        made = subprocess.check_output(
            [sys.executable, "-c", MAIN, "keys", "create", "k", "--json"], env=env, text=True
        )
        with log.open("w") as errors:
            command = [sys.executable, "-c", code, "serve"]
            process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        running.append(process)
        assert process.stdout is not None
        url = process.stdout.readline().partition(" at ")[2].partition(",")[0]
        return Served(process, url, json.loads(made)["key"], log)

    yield start
    assert f"called with {request.param}" in log.read_text()
    for process in running:
        process.kill()
        process.communicate()


def test_a_call_that_hangs_does_not_keep_the_server_from_ending(serve: Serve) -> None:
    with Scripted(hang) as provider, ThreadPoolExecutor(1) as pool:
        served = serve(provider, 0.2)
        answer = pool.submit(served.check_out)
        until(provider.asked)
        assert served.stop() == 0
        assert answer.result(EVENTUALLY) == 503
    assert "Traceback" not in served.log.read_text()


def test_a_call_that_ends_in_the_grace_is_answered(serve: Serve) -> None:
    answered = threading.Event()

    def after_the_signal(server: Scripted, connection: socket.socket, seen: Seen) -> bool:
        answered.wait(EVENTUALLY)
        return registered(seen)(server, connection, seen)

    with Scripted(after_the_signal) as provider, ThreadPoolExecutor(1) as pool:
        served = serve(provider, EVENTUALLY)
        answer = pool.submit(served.check_out)
        until(provider.asked)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: "Shutting down" in served.log.read_text())
        answered.set()
        assert answer.result(EVENTUALLY) == 201
        assert served.process.wait(EVENTUALLY) == 0


def registered(seen: Seen) -> Act:
    facts: dict[str, Any] = seen.json
    return granted(facts)
