"""The local Iamport: look-ups by imp_uid a second from one process pinned to one core, and its memory over time.

A line a minute, then what the memory grew by since the first. The journal keeps the last thousand calls, so memory
may grow in the first minute and should not after it.
"""

import argparse
import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import requests

from benchmarks.load import Load, Request, run_load

PAYMENTS = 1_000
KEYS = {"imp_key": "sandbox-key", "imp_secret": "sandbox-secret"}
TICK = os.sysconf("SC_CLK_TCK")


@attrs.frozen
class Served:
    """A sandbox in a process of its own, and the payments it knows."""

    process: "subprocess.Popen[str]"
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def post(self, path: str, **body: Any) -> Any:
        with requests.post(self.url + path, json=body, timeout=60) as answer:
            answer.raise_for_status()
            return answer.json()

    def memory(self) -> int:
        """Return the resident memory in KiB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def look_ups(self, imp_uids: list[str], until: float) -> Iterator[Request]:
        """Yield look-ups of one payment after the other until the monotonic clock says *until*."""
        headers = {"Authorization": self.post("/users/getToken", **KEYS)["response"]["access_token"]}
        asked = [
            Request(method="GET", path=f"/payments/{uid}?include_sandbox=true", headers=headers) for uid in imp_uids
        ]
        for request in itertools.cycle(asked):
            if time.monotonic() >= until:
                return
            yield request

    def load(self, imp_uids: list[str], seconds: float, connections: int) -> Load:
        until = time.monotonic() + seconds
        return run_load(self.port, self.look_ups(imp_uids, until), connections, lambda answer: answer["code"])


@contextlib.contextmanager
def serving(core: int) -> Iterator[Served]:
    command = [sys.executable, "-m", "payments.entrypoints.sandbox", "--port", "0", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            os.sched_setaffinity(process.pid, {core})
            assert process.stdout
            url = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield Served(process, url)
        finally:
            process.kill()


def paid(sandbox: Served, number: int) -> str:
    imp_uid: str = sandbox.post("/_sandbox/payments", merchant_uid=f"order-{number}", amount=12_000)["imp_uid"]
    sandbox.post(f"/_sandbox/payments/{imp_uid}/approve")
    return imp_uid


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks sandbox", description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--connections", type=int, default=8)
    chosen = parser.parse_args(arguments)
    core, *others = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, others or {core})
    with serving(core) as sandbox:
        imp_uids = [paid(sandbox, number) for number in range(PAYMENTS)]
        print(f"sandbox on core {core}, {PAYMENTS:,} payments, {sandbox.memory() / 1024:.1f} MiB before", flush=True)
        memory, answered = list[int](), 0
        for minute in range(1, chosen.minutes + 1):
            spent = sandbox.cpu_seconds()
            load = sandbox.load(imp_uids, 60, chosen.connections)
            assert set(load.answers) == {0}, set(load.answers)
            memory.append(sandbox.memory())
            answered += len(load.latencies)
            spent = (sandbox.cpu_seconds() - spent) / len(load.latencies)
            print(
                f"  minute {minute:3}  {load.per_second:8.1f} look-ups/s   CPU {spent * 1000:.3f} ms   "
                f"p50 {load.percentile(0.5) * 1000:5.2f} ms   p99 {load.percentile(0.99) * 1000:6.2f} ms   "
                f"{memory[-1] / 1024:.1f} MiB",
                flush=True,
            )
        grown = memory[-1] - memory[0]
        print(f"memory since the first minute: {grown:+,} KiB over {answered:,} look-ups in all")
