"""A running server against a provider that only answers: checkouts and completions, on both databases.

One server process pinned to one core, the load and the stub on the others; 16 connections. With `--against REV` an
older commit is served in turn with this one, and the ratios are printed; only those carry over to another machine.
With `--transports` it is this commit that is served in turn, with requests instead of aiohttp for the provider.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from benchmarks.databases import KINDS, database_url
from benchmarks.load import Load, Request, run_load
from benchmarks.stub import PRICE

HERE = Path(__file__).resolve().parent.parent
CONNECTIONS = 16
TICK = os.sysconf("SC_CLK_TCK")


@attrs.frozen(kw_only=True)
class Figures:
    """What one load cost. Milliseconds; `calls` are the provider's, per request."""

    per_second: float
    p50: float
    p99: float
    cpu: float
    calls: float

    def __str__(self) -> str:
        return (
            f"{self.per_second:8.1f}/s   p50 {self.p50:6.2f} ms   p99 {self.p99:6.2f} ms   "
            f"CPU {self.cpu:5.2f} ms   provider calls {self.calls:.3f}"
        )


@attrs.frozen(kw_only=True)
class Server:
    """One running server and its provider."""

    process: "subprocess.Popen[str]"
    port: int
    stub_port: int
    api_key: str

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def provider_calls(self, like: str = "") -> int:
        """Return how many calls the provider answered, those for tokens aside; only those that begin with *like*."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stub_port}/stub/calls") as answer:
            calls: dict[str, int] = json.load(answer)
        return sum(number for call, number in calls.items() if "users" not in call and call.startswith(like))

    def asked_for(self, of: Callable[[str], bool]) -> int:
        """Return how often the provider was asked for one payment or attempt, where *of* holds for its id."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stub_port}/stub/asked") as answer:
            asked: dict[str, int] = json.load(answer)
        return sum(number for name, number in asked.items() if of(name))

    def measure(self, requests: list[Request], keep: str) -> tuple[Figures, Load]:
        cpu, calls = self.cpu_seconds(), self.provider_calls()
        load = run_load(self.port, requests, CONNECTIONS, lambda answer: answer[keep])
        number = len(requests)
        return Figures(
            per_second=load.per_second,
            p50=load.percentile(0.5) * 1000,
            p99=load.percentile(0.99) * 1000,
            cpu=(self.cpu_seconds() - cpu) / number * 1000,
            calls=(self.provider_calls() - calls) / number,
        ), load


@contextlib.contextmanager
def serving(
    source: Path, url: str, latency: float, transport: str = "aiohttp", *, with_worker: bool = False
) -> Iterator[Server]:
    """Serve the product in *source* on the database at *url*, with a provider that takes *latency* seconds."""
    with contextlib.ExitStack() as stack:
        command = [sys.executable, "-m", "benchmarks.stub", "--latency", str(latency)]
        stub = stack.enter_context(_process(command, cwd=HERE, env=dict(os.environ)))
        stub_port = int(_line(stub))
        env = os.environ | {
            "PYTHONPATH": str(source / "src"),
            "PAYMENTS_DATABASE_URL": url,
            "PAYMENTS_IAMPORT_API_URL": f"http://127.0.0.1:{stub_port}",
            "PAYMENTS_IAMPORT_KEY": "bench",
            "PAYMENTS_IAMPORT_SECRET": "bench",
            "PAYMENTS_IAMPORT_USER_CODE": "imp00000000",
            "PAYMENTS_HTTP_SECRET": "b" * 32,
            "PAYMENTS_HTTP_PORT": "0",
            "PAYMENTS_HTTP_LIMIT_KEY": "0",
        }
        room = stack.enter_context(tempfile.TemporaryDirectory())
        cli = [sys.executable, "-c", "from payments.entrypoints.cli.app import main; main()"]
        subprocess.run([*cli, "db", "upgrade"], env=env, cwd=room, check=True, capture_output=True)
        made = subprocess.run(
            [*cli, "keys", "create", "bench", "--json"], env=env, cwd=room, check=True, capture_output=True, text=True
        )
        if transport == "requests":
            cli[2] = f"import sys; sys.modules['aiohttp'] = None; {cli[2]}"
        server = stack.enter_context(
            _process([*cli, "serve", *(["--with-worker"] if with_worker else [])], cwd=Path(room), env=env)
        )
        port = int(_line(server, "documented at http://").split("http://")[1].split(",")[0].rpartition(":")[2])
        threading.Thread(target=_drain, args=(server,), daemon=True).start()
        os.sched_setaffinity(server.pid, {0})
        yield Server(process=server, port=port, stub_port=stub_port, api_key=json.loads(made.stdout)["key"])


@contextlib.contextmanager
def _process(command: list[str], *, cwd: Path, env: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _drain(process: "subprocess.Popen[str]") -> None:
    """Read what the server logs, so that it never waits for a reader."""
    assert process.stdout
    for _ in process.stdout:
        pass


def _line(process: "subprocess.Popen[str]", containing: str = "") -> str:
    assert process.stdout
    for line in process.stdout:
        if containing in line:
            return line
    raise RuntimeError(f"{process.args!r} ended without saying where it listens")


def checkout_requests(server: Server, number: int, run: int) -> list[Request]:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    bodies = (
        {"buyer": f"buyer-{n % 100}", "order": f"order-{run}-{n}", "name": "멤버십", "amount": PRICE, "method": "card"}
        for n in range(number)
    )
    return [Request(method="POST", path="/payments", headers=headers, body=json.dumps(b).encode()) for b in bodies]


def completion_requests(server: Server, merchant_ids: list[str]) -> list[Request]:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    return [
        Request(
            method="POST",
            path=f"/payments/{uid}/complete",
            headers=headers,
            body=json.dumps({"gateway_id": uid}).encode(),
        )
        for uid in merchant_ids
    ]


def one_run(server: Server, number: int, run: int) -> dict[str, Figures]:
    """Check out *number* times and complete each; return the figures of both."""
    checkouts, load = server.measure(checkout_requests(server, number, run), "merchant_id")
    completions, done = server.measure(completion_requests(server, load.answers), "status")
    assert set(done.answers) == {"paid"}, set(done.answers)
    return {"checkout": checkouts, "completion": completions}


def _compare(server: Server, other: Server, name_of_other: str, number: int, rounds: int) -> None:
    faster: dict[str, list[float]] = {"checkout": [], "completion": []}
    cheaper: dict[str, list[float]] = {"checkout": [], "completion": []}
    for turn in range(1, rounds + 1):
        now, then = one_run(server, number, turn), one_run(other, number, turn)
        for name in faster:
            print(f"  {name:10} {then[name]}   ({name_of_other})", flush=True)
            print(f"  {name:10} {now[name]}", flush=True)
            faster[name].append(now[name].per_second / then[name].per_second)
            cheaper[name].append(now[name].cpu / then[name].cpu)
    for name in faster:
        print(f"  {name:10} {_range(faster[name])} of the rate of {name_of_other}, {_range(cheaper[name])} of its CPU")


def _range(found: list[float]) -> str:
    ordered = sorted(found)
    return f"{ordered[len(ordered) // 2]:.2f}x ({ordered[0]:.2f} to {ordered[-1]:.2f})"


@contextlib.contextmanager
def _older(revision: str) -> Iterator[Path]:
    """Yield a folder with the product as it was at *revision*."""
    with tempfile.TemporaryDirectory() as room:
        archive = subprocess.run(["git", "archive", revision, "src"], cwd=HERE, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", room], input=archive, check=True)
        yield Path(room)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks serving", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_500, help="checkouts per round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that the provider takes")
    parser.add_argument("--against", help="an older commit, served in turn")
    parser.add_argument("--transports", action="store_true", help="serve this commit in turn, over requests")
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0} or {0})
    for kind in chosen.databases:
        print(f"{kind}, provider {chosen.latency * 1000:.0f} ms:", flush=True)
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(serving(HERE, stack.enter_context(database_url(kind)), chosen.latency))
            one_run(server, 100, 0)
            for turn in range(1, chosen.rounds + 1):
                for name, figures in one_run(server, chosen.requests, -turn).items():
                    print(f"  {name:10} {figures}", flush=True)
            if chosen.against:
                source = stack.enter_context(_older(chosen.against))
                older = stack.enter_context(serving(source, stack.enter_context(database_url(kind)), chosen.latency))
                one_run(older, 100, 0)
                _compare(server, older, chosen.against, chosen.requests, chosen.rounds)
            if chosen.transports:
                url = stack.enter_context(database_url(kind))
                threads = stack.enter_context(serving(HERE, url, chosen.latency, "requests"))
                one_run(threads, 100, 0)
                _compare(server, threads, "requests", chosen.requests, chosen.rounds)
