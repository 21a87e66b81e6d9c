"""The demo as a process: it comes up, says where, and stops when told to."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from support.patience import EVENTUALLY

# Where the tests themselves run in the background of a shell, they and what they start ignore SIGINT.
HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
RUN = HEED + "import pathlib, sys; from payments.entrypoints.demo import demo; "
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@contextmanager
def demo_process(port: int, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the demo, and yield the process with what it prints until it is up."""
    command = [sys.executable, "-c", RUN + f"demo(port={port}, database=pathlib.Path('demo.sqlite3'))"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = ""
        try:
            while "Ctrl-C" not in told:
                line = process.stdout.readline()
                assert line, "the demo ended before it was up"
                told += line
            yield process, told
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_comes_up_and_stops_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    with demo_process(port=0, folder=tmp_path) as (process, told):
        shop, api, sandbox, portone = ADDRESS.findall(told)
        assert "멤버십" in requests.get(shop, timeout=EVENTUALLY).text
        assert requests.get(f"{api}/readyz", timeout=EVENTUALLY).status_code == 200
        assert requests.get(f"{sandbox}/v1/iamport.js", timeout=EVENTUALLY).status_code == 200
        assert (
            requests.get(f"{portone}/payments/none", timeout=EVENTUALLY)
            .headers["Content-Type"]
            .startswith("application/json")
        )
        assert (tmp_path / "demo.sqlite3").exists()
        process.send_signal(stop)
        rest, _ = process.communicate(timeout=EVENTUALLY)
        assert process.returncode == 0
        assert rest.rstrip().endswith("Stopped.")


def test_a_taken_port_is_told_and_the_next_one_used(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo_process(port, tmp_path) as (_, told):
            assert f"port {port} is taken" in told
            shop = ADDRESS.findall(told)[0]
            assert shop != f"http://127.0.0.1:{port}"
            assert requests.get(shop, timeout=EVENTUALLY).status_code == 200


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("port=99999", "no free port from 99999 on"),
        ("database=pathlib.Path('/no/such/folder/x')", "there is no folder"),
    ],
)
def test_a_demo_that_cannot_start_says_why_in_a_sentence(asked: str, sentence: str, tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", RUN + f"demo({asked})"], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
