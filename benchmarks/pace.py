"""Checkouts and completions that come at a fixed rate, with a provider that takes its time; and reads beside them.

What counts: what we add to the provider's own time, no 503, calls in flight within `http.concurrency` and what is added
for strangers and refunds, and reads whose p99 stays within twice that of an idle server.
"""

import argparse
import asyncio
import contextlib
import json
import os
import urllib.request
from typing import Final

from benchmarks.arrivals import Answers, arrive
from benchmarks.databases import KINDS, database_url
from benchmarks.load import Request
from benchmarks.serving import HERE, Server, checkout_requests, completion_requests, serving

CASES: Final = ((0.05, 200.0), (1.0, 100.0))  # seconds that the provider takes, and requests per second
READS_PER_SECOND: Final = 50.0
TRANSPORTS: Final = ("aiohttp", "requests")


def _reads(server: Server, merchant_id: str, number: int) -> list[Request]:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    return [Request(method="GET", path=f"/payments/{merchant_id}", headers=headers)] * number


def _most_in_flight(server: Server) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.stub_port}/stub/most") as answer:
        return int(json.load(answer))


async def _beside(server: Server, changes: list[Request], rate: float, reads: list[Request]) -> tuple[Answers, Answers]:
    return await asyncio.gather(arrive(server.port, changes, rate), arrive(server.port, reads, READS_PER_SECOND))


def _measure(server: Server, latency: float, rate: float, seconds: float) -> None:
    number, reads = int(rate * seconds), int(READS_PER_SECOND * seconds)
    first = asyncio.run(arrive(server.port, checkout_requests(server, 50, 0), rate)).bodies[0]["merchant_id"]
    idle = asyncio.run(arrive(server.port, _reads(server, first, reads), READS_PER_SECOND))
    print(f"  reads, idle: p50 {_ms(idle.percentile(0.5))}, p99 {_ms(idle.percentile(0.99))}", flush=True)
    made: list[str] = []
    for name in ("checkout", "completion"):
        changes = checkout_requests(server, number, 1) if name == "checkout" else completion_requests(server, made)
        _most_in_flight(server)
        done, read = asyncio.run(_beside(server, changes, rate, _reads(server, first, reads)))
        made = [body["merchant_id"] for body in done.bodies]
        times = read.percentile(0.99) / idle.percentile(0.99)
        print(
            f"  {name:10} added p50 {_ms(done.percentile(0.5) - latency)}, p99 {_ms(done.percentile(0.99) - latency)}; "
            f"answers {dict(done.statuses)}; {_most_in_flight(server)} calls in flight at most; "
            f"reads p99 {_ms(read.percentile(0.99))} ({times:.1f} x idle), answers {dict(read.statuses)}",
            flush=True,
        )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks pace", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long requests come in each measurement")
    parser.add_argument("--databases", nargs="+", default=["postgresql"], choices=KINDS)
    parser.add_argument("--transports", nargs="+", default=["aiohttp"], choices=TRANSPORTS)
    chosen = parser.parse_args(arguments)
    os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0} or {0})
    for kind in chosen.databases:
        for transport in chosen.transports:
            for latency, rate in CASES:
                print(f"{kind}, {transport}, provider {_ms(latency)}, {rate:.0f} a second:", flush=True)
                with contextlib.ExitStack() as stack:
                    url = stack.enter_context(database_url(kind))
                    server = stack.enter_context(serving(HERE, url, latency, transport))
                    _measure(server, latency, rate, chosen.seconds)
