"""`payments serve` as a process whose machine has no descriptor left, or whose database stands still while it stops."""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import psycopg
import pytest
import requests
from integration.system.test_processes import environment
from support.patience import EVENTUALLY, until
from support.postgres.server import Postgres
from support.system.faults import standing_still

SERVE = "from payments.entrypoints.cli.app import main; main(['serve'])"
HURRIED = "from payments.entrypoints.http import serving; serving.GRACE_SECONDS = serving.END_SECONDS = 0.3; "
LOOPS = {"uvloop": "", "asyncio": "import sys; sys.modules['uvloop'] = None; "}
SILENT = 40
"""Connections that say nothing, while none can be accepted."""


@attrs.frozen
class Served:
    process: "subprocess.Popen[str]"
    url: str
    log: Path

    @property
    def files(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", urlsplit(self.url).port or 0), EVENTUALLY)


@contextmanager
def serve(url: str, room: Path, before: str) -> Iterator[Served]:
    log = room / "log"
    with log.open("w") as errors:
        command = [sys.executable, "-c", before + SERVE]
        process = subprocess.Popen(command, env=environment(url), stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().partition(" at ")[2].partition(",")[0], log)
    finally:
        process.kill()
        process.communicate()


def is_closed(connection: socket.socket) -> bool:
    """Return whether the server has ended it, as uvloop does with what it cannot accept; asyncio lets it wait."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("loop", LOOPS)
def test_a_server_without_a_free_descriptor_serves_again_once_there_are_some(loop: str, tmp_path: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("the open files of a process are counted in /proc")
    with serve(f"sqlite:///{tmp_path}/shop.db", tmp_path, LOOPS[loop]) as served, ExitStack() as connections:
        pid = served.process.pid
        assert requests.get(f"{served.url}/healthz", timeout=EVENTUALLY).ok
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (served.files, before[1]))
        silent = [connections.enter_context(served.connect()) for _ in range(SILENT)]
        until(lambda: "no connection can be accepted" in served.log.read_text() or is_closed(silent[-1]))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        assert requests.get(f"{served.url}/healthz", timeout=EVENTUALLY).ok
        assert requests.get(f"{served.url}/readyz", timeout=EVENTUALLY).ok
        log = served.log.read_text()
    assert "Traceback" not in log
    assert len(log) < 10_000  # at first it was 64 MB


@pytest.mark.postgresql
def test_a_server_whose_database_stands_still_is_ended_after_the_grace(
    crashable_postgresql: Postgres, tmp_path: Path
) -> None:
    database = crashable_postgresql.create_database()
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with (
        serve(crashable_postgresql.url(database), tmp_path, HURRIED) as served,
        psycopg.connect(crashable_postgresql.address(database)) as locker,
        psycopg.connect(crashable_postgresql.address(database), autocommit=True) as watcher,
        served.connect() as caller,
    ):
        locker.execute("LOCK TABLE pkr_meta IN ACCESS EXCLUSIVE MODE")
        caller.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: watcher.execute(waits).fetchone() == (1,))
        with standing_still(crashable_postgresql):
            served.process.send_signal(signal.SIGTERM)
            assert served.process.wait(EVENTUALLY) == os.EX_TEMPFAIL
    assert "did not stop in time, so it is ended" in served.log.read_text()
