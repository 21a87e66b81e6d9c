"""`payments serve --processes`: real processes that share one socket, on PostgreSQL."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests
from support.patience import EVENTUALLY, until

COMMAND = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()", "serve", "--processes"]


@attrs.frozen
class Served:
    process: "subprocess.Popen[str]"
    url: str
    log: Path

    @property
    def children(self) -> list[int]:
        return children_of(self.process.pid)

    def is_alive(self) -> bool:
        return requests.get(f"{self.url}/healthz", timeout=EVENTUALLY).json() == {"status": "ok"}

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(EVENTUALLY)


def children_of(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_running(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def environment(url: str) -> dict[str, str]:
    return os.environ | {
        "PAYMENTS_DATABASE_URL": url,
        "PAYMENTS_DATABASE_CREATE": "true",
        "PAYMENTS_IAMPORT_API_URL": "http://127.0.0.1:9",
        "PAYMENTS_IAMPORT_KEY": "k",
        "PAYMENTS_IAMPORT_SECRET": "s",
        "PAYMENTS_IAMPORT_USER_CODE": "imp12345678",
        "PAYMENTS_HTTP_PORT": "0",
    }


@pytest.fixture
def served(postgresql_server: Any, tmp_path: Path) -> Iterator[Served]:
    if not Path("/proc/self/task").exists():
        pytest.skip("the children of a process are found in /proc")
    env = environment(postgresql_server.url(postgresql_server.create_database()))
    log = tmp_path / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*COMMAND, "2"], env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "documented at" in line, log.read_text()
        running = Served(process, line.split(" at ")[1].partition(",")[0], log)
        started = running.children
        try:
            yield running
        finally:
            for pid in {*started, *running.children, process.pid}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.postgresql
def test_each_process_has_a_core_of_its_own_and_a_dead_one_is_replaced(served: Served):
    first, second = served.children
    cores = os.sched_getaffinity(0)
    held = [os.sched_getaffinity(pid) for pid in (first, second)]
    assert [len(one) for one in held] == [1, 1]
    assert set().union(*held) == set(sorted(cores)[:2])
    os.kill(first, signal.SIGKILL)
    until(lambda: len(set(served.children) - {first}) == 2)
    assert second in served.children
    assert served.is_alive()
    os.kill(second, signal.SIGKILL)
    until(lambda: len(set(served.children) - {first, second}) == 2)
    assert served.is_alive()
    assert "is replaced" in served.log.read_text()


@pytest.mark.postgresql
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_parent_ends_all_processes(served: Served, number):
    children = served.children
    assert served.is_alive()
    assert served.end(number) == 0
    assert not any(map(is_running, children))
    assert "Traceback" not in served.log.read_text()


@pytest.mark.postgresql
def test_a_hangup_of_the_parent_has_every_process_read_its_settings_again(served: Served):
    children = served.children
    served.process.send_signal(signal.SIGHUP)
    until(lambda: served.log.read_text().count("The settings were read again") == len(children))
    assert served.children == children
    assert served.is_alive()


@pytest.mark.postgresql
def test_no_process_outlives_a_killed_parent(served: Served):
    children = served.children
    served.end(signal.SIGKILL)
    until(lambda: not any(map(is_running, children)))


def test_several_processes_on_sqlite_are_refused_with_the_reason(tmp_path):
    found = refusal(tmp_path, f"sqlite:///{tmp_path}/shop.db", "2")
    assert "need PostgreSQL" in found
    assert not (tmp_path / "shop.db").exists()
    assert "must be 1 or more" in refusal(tmp_path, "postgresql://x@127.0.0.1:1/x", "0")


def test_processes_that_cannot_start_end_the_command_with_their_reason(tmp_path):
    found = refusal(tmp_path, "postgresql://x@127.0.0.1:1/x", "2")
    assert "A process could not start" in found
    assert "Traceback" not in found


def refusal(room: Path, url: str, processes: str) -> str:
    """Return what a command that must not start says."""
    ended = subprocess.run(
        [*COMMAND, processes], env=environment(url), cwd=room, capture_output=True, text=True, timeout=EVENTUALLY
    )
    assert ended.returncode != 0
    assert ended.stdout == ""
    return ended.stderr
