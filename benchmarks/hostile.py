"""A server under attack: 100 slow heads, 100 slow bodies, 100 readers that do not read, and a flood of webhooks.

50 normal clients buy beside them, and their p99 is compared with the one that they had before the attack. What counts
too: when the slow ones are cut, whether /readyz answers throughout, the memory, and the calls to the provider.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from typing import Any

import attrs

from benchmarks.databases import KINDS, database_url
from benchmarks.kept import Limit, keep
from benchmarks.load import Request, exchange
from benchmarks.memory import resident_mib
from benchmarks.serving import HERE, Server, checkout_requests, completion_requests, serving

CLIENTS = 50
LATENCY = 0.05
PAUSE = 0.5
PROBE_EVERY = 0.25
HINTS_PER_SECOND = 10


@attrs.define
class Bought:
    """What the normal clients met: seconds of each answer, and answers that were no success."""

    latencies: list[float] = attrs.field(factory=list)
    refused: list[str] = attrs.field(factory=list)

    @property
    def p99(self) -> float:
        ordered = sorted(self.latencies)
        return ordered[int(0.99 * len(ordered))] if ordered else 0.0


async def _client(server: Server, number: int, bought: Bought, ends: float) -> None:
    """Buy, look, complete, look, with a pause after each, as a browser and a shop do together."""
    await asyncio.sleep(number / CLIENTS * PAUSE)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    async def ask(request: Request) -> Any:
        began = time.perf_counter()
        status, _, body = await exchange(reader, writer, request)
        bought.latencies.append(time.perf_counter() - began)
        if status >= 300:
            bought.refused.append(f"{request.method} {request.path}: {status} {body[:120]!r}")
        await asyncio.sleep(PAUSE)
        return json.loads(body)

    try:
        while time.monotonic() < ends:
            begun = await ask(checkout_requests(server, 1, time.monotonic_ns())[0])
            if "merchant_id" in begun:
                path = f"/payments/{begun['merchant_id']}"
                headers = {"Authorization": f"Bearer {server.api_key}"}
                await ask(Request(method="GET", path=path, headers=headers))
                await ask(completion_requests(server, [begun["merchant_id"]])[0])
    except (OSError, asyncio.IncompleteReadError) as error:
        bought.refused.append(f"a connection was cut: {error!r}")
    finally:
        writer.close()


@attrs.define
class Watched:
    """What was seen from outside meanwhile: answers of /readyz, the longest of them, and the most memory."""

    ready: dict[int, int] = attrs.field(factory=dict)
    longest_probe: float = 0.0
    most_mib: float = 0.0


async def _watch(server: Server, watched: Watched, ends: float) -> None:
    while time.monotonic() < ends:
        began = time.perf_counter()
        status = 0
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            status, _, _ = await exchange(reader, writer, Request(method="GET", path="/readyz", headers={}))
            writer.close()
        watched.ready[status] = watched.ready.get(status, 0) + 1
        watched.longest_probe = max(watched.longest_probe, time.perf_counter() - began)
        watched.most_mib = max(watched.most_mib, resident_mib(server))
        await asyncio.sleep(PROBE_EVERY)


async def _buying(server: Server, seconds: float) -> tuple[Bought, Watched]:
    bought, watched, ends = Bought(), Watched(), time.monotonic() + seconds
    clients = (_client(server, number, bought, ends) for number in range(CLIENTS))
    await asyncio.gather(*clients, _watch(server, watched, ends))
    return bought, watched


def _looks(server: Server, known: list[str]) -> int:
    """Return how often the provider was asked for payments that attackers name, and for attempts that do not exist."""
    return server.asked_for(lambda name: name in known or name.startswith("imp_"))


def _attacked(server: Server, seconds: float, each: int, known: list[str]) -> tuple[Bought, Watched, dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.attackers", "--port", str(server.port), "--seconds", str(seconds)]
    with subprocess.Popen(
        [*command, "--each", str(each), "--known", *known], cwd=HERE, stdout=subprocess.PIPE, text=True
    ) as attackers:
        bought, watched = asyncio.run(_buying(server, seconds))
        told, _ = attackers.communicate(timeout=60)
    return bought, watched, json.loads(told)


def measure(server: Server, kind: str, seconds: float, each: int) -> bool:
    """Attack the server, tell and keep what came of it; return whether every limit held."""
    asyncio.run(_buying(server, 3))  # pools and caches fill
    calm, seen = asyncio.run(_buying(server, min(seconds, 15)))
    known = [json.loads(answer)["merchant_id"] for answer in asyncio.run(_some_payments(server, 20))]
    mib, looks, done = resident_mib(server), _looks(server, known), time.monotonic()
    bought, watched, told = _attacked(server, seconds, each, known)
    rate = (_looks(server, known) - looks) / (time.monotonic() - done)
    lives = told["connections"]
    limits = [
        *(Limit(f"{name}: seconds until cut", lives[name]["longest"], most=most) for name, most in CUT_WITHIN.items()),
        *(Limit(f"{name}: connections cut", lives[name]["cut"], least=each if seconds > 25 else 0) for name in lives),
        Limit("/readyz other than 200", sum(n for code, n in watched.ready.items() if code != 200), most=0),
        Limit("p99 of normal clients, times that without attack", bought.p99 / calm.p99, most=5),
        Limit("normal requests refused", len(bought.refused), most=0),
        Limit("webhooks not taken", sum(n for code, n in told["flood"].items() if code != "200"), most=0),
        Limit("memory added, MiB", watched.most_mib - mib, most=64),
        Limit(
            "looks at the provider that strangers caused, per second",
            rate,
            most=MOST_LOOKS + len(known) / PAUSE_OF_CHECKS,
        ),
    ]
    figures = {
        "p99 ms calm": calm.p99 * 1000,
        "p99 ms attacked": bought.p99 * 1000,
        "normal requests": len(bought.latencies),
        "refused": bought.refused[:10],
        "readyz": watched.ready,
        "readyz longest s": watched.longest_probe,
        "readyz longest s calm": seen.longest_probe,
        "attack": told,
    }
    print(json.dumps(figures, indent=1, ensure_ascii=False), flush=True)
    keep(f"hostile-{kind}", figures, limits)
    return all(limit.is_kept for limit in limits)


CUT_WITHIN = {"head": 11.0, "body": 11.0, "reader": 21.0}
"""Ten, ten and twenty seconds, and one for the clock of the attackers."""
MOST_LOOKS = HINTS_PER_SECOND + 2
"""For unknown attempts. Each known payment that is named is checked once in PAUSE_OF_CHECKS seconds besides."""
PAUSE_OF_CHECKS = 5


async def _some_payments(server: Server, number: int) -> list[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answers = [
        (await exchange(reader, writer, request))[2]
        for request in checkout_requests(server, number, time.monotonic_ns())
    ]
    writer.close()
    return answers


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks hostile", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--each", type=int, default=100, help="slow heads, and as many slow bodies and readers")
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0} or {0})
    kept = []
    for kind in chosen.databases:
        print(f"{kind}, {chosen.seconds:g} s of attack:", flush=True)
        with contextlib.ExitStack() as stack:
            url = stack.enter_context(database_url(kind))
            server = stack.enter_context(serving(HERE, url, LATENCY, with_worker=True))
            kept.append(measure(server, kind, chosen.seconds, chosen.each))
    sys.exit(0 if all(kept) else 1)
