"""The npm package `iamport` 0.3.4 with the test suite it ships, all of it, against `payments sandbox`."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from integration.clients.conftest import DRIVERS, SEED_DATA
from integration.clients.installing import Node
from support.patience import EVENTUALLY

COMMAND = [sys.executable, "-m", "payments.entrypoints.sandbox", "--port", "0", "--no-hide-sandbox-payments"]


@pytest.fixture(scope="module")
def keys(node: Node) -> dict[str, str]:
    """The keys of the service's public test store, which the package has for its own tests."""
    code = "const I = require('iamport'); console.log(JSON.stringify({key: I.DEFAULT_KEY, secret: I.DEFAULT_SECRET}))"
    done = subprocess.run([node.program, "-e", code], cwd=node.folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@contextlib.contextmanager
def served(*options: str) -> Iterator[str]:
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
        process.send_signal(signal.SIGINT)
        assert process.wait(EVENTUALLY) == 0


def suite_at(url: str, node: Node) -> dict[str, Any]:
    """Run the suite from where it is installed, and return what mocha reports."""
    mocha = [node.program, str(node.package("mocha") / "bin" / "_mocha"), "--reporter", "json"]
    elsewhere = ["--require", str(DRIVERS / "elsewhere.js")]
    env = os.environ | {"IAMPORT_HOST": url}
    done = subprocess.run([*mocha, *elsewhere], cwd=node.package("iamport"), env=env, capture_output=True, text=True)
    return json.loads(done.stdout[done.stdout.index("{") :])


def shipped_tests(folder: Path) -> int:
    return sum(len(re.findall(r"^\s*it\(", path.read_text("utf-8"), re.M)) for path in folder.rglob("*.js"))


def test_the_whole_suite_passes(node: Node, keys: dict[str, str]) -> None:
    with served("--key", keys["key"], "--secret", keys["secret"], "--seed-data", str(SEED_DATA)) as url:
        report = suite_at(url, node)
        calls = requests.get(f"{url}/_sandbox/calls", timeout=EVENTUALLY).json()
    stats = {name: report["stats"][name] for name in ("tests", "passes", "failures", "pending")}
    whole = shipped_tests(node.package("iamport") / "test")
    assert whole == 8
    assert stats == {"tests": whole, "passes": whole, "failures": 0, "pending": 0}, report["failures"]
    assert {call["path"] for call in calls} == {
        "/users/getToken",
        "/payments/imp_448280090638",
        "/payments/find/merchant_1448280088556",
        "/payments/status/all",
    }, "it was this sandbox that answered"
    assert {call["http"] for call in calls} == {200}


def test_the_suite_notices_what_a_sandbox_does_not_know(node: Node, keys: dict[str, str]) -> None:
    with served("--key", keys["key"], "--secret", keys["secret"]) as url:
        report = suite_at(url, node)
    assert [test["fullTitle"] for test in report["failures"]] == [
        "payment.getByImpUid Should fetch payment information",
        "payment.getByMerchant Should fetch payment information by merchant_uid",
    ]
