"""Twice as much as a server can do, for a minute: what it still does, what it refuses, and whether its books are right.

The most that it can do is measured first, with a fixed number of connections. Then twice that comes at a fixed rate,
half of it checkouts and half completions. Afterwards every answer that was given is compared with what is stored, and
with what the provider was asked.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from benchmarks.arrivals import Answers, arrive
from benchmarks.databases import KINDS, database_url
from benchmarks.kept import Limit, keep
from benchmarks.load import Request, run_load
from benchmarks.serving import HERE, Server, checkout_requests, completion_requests, serving

CONNECTIONS = 64
LATENCY = 0.05
TIMES_TOO_MUCH = 2.0
OPEN_FILES = 8_192


def _mixed(server: Server, merchant_ids: list[str], run: int) -> list[Request]:
    """Return a checkout for each completion of *merchant_ids*, in turn."""
    checkouts, completions = (
        checkout_requests(server, len(merchant_ids), run),
        completion_requests(server, merchant_ids),
    )
    return list(itertools.chain.from_iterable(zip(checkouts, completions, strict=True)))


def _begun(server: Server, number: int, run: int) -> list[str]:
    load = run_load(server.port, checkout_requests(server, number, run), CONNECTIONS, lambda body: body["merchant_id"])
    return list(load.answers)


def _most(server: Server, seconds: float) -> tuple[float, float]:
    """Return how many requests the server answers per second, and per second of its CPU, while it is kept busy."""
    trial = _mixed(server, _begun(server, 100, 1), 2)
    rate = run_load(server.port, trial, CONNECTIONS, lambda _: None).per_second
    requests = _mixed(server, _begun(server, int(rate * seconds / 2), 3), 4)
    cpu = server.cpu_seconds()
    load = run_load(server.port, requests, CONNECTIONS, lambda _: None)
    return load.per_second, len(requests) / (server.cpu_seconds() - cpu)


def _books(url: str) -> Iterator[tuple[str, str]]:
    """Yield the merchant id and the status of each stored payment."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield from connection.execute(sa.text("SELECT merchant_id, status FROM pkr_payments")).tuples()
    engine.dispose()


def _wrong(answers: Answers, stored: dict[str, str], before: set[str]) -> dict[str, int]:
    """Count what is acknowledged and not stored, and what is stored and was neither acknowledged nor left unknown."""
    told: list[dict[str, Any]] = answers.bodies
    lost = [body for body in told if stored.get(body["merchant_id"]) is None]
    unpaid = [body for body in told if body["status"] == "paid" and stored.get(body["merchant_id"]) != "paid"]
    extra = stored.keys() - before - {body["merchant_id"] for body in told}
    unknown = answers.statuses[0] + answers.statuses[504] + answers.statuses[500] + _unknown_503(answers)
    return {"acknowledged and lost": len(lost) + len(unpaid), "unexplained": max(0, len(extra) - unknown)}


def _unknown_503(answers: Answers) -> int:
    return answers.statuses[503] - len(answers.refusals)


def measure(server: Server, url: str, kind: str, seconds: float) -> bool:
    """Offer twice the capacity, tell and keep what came of it; return whether every limit held."""
    most, most_per_cpu = _most(server, min(10.0, seconds))
    rate = most * TIMES_TOO_MUCH
    merchant_ids = _begun(server, int(rate * seconds / 2), 5)
    requests = _mixed(server, merchant_ids, 6)
    before, prepared = {merchant_id for merchant_id, _ in _books(url)}, server.provider_calls("POST")
    began, cpu = time.monotonic(), server.cpu_seconds()
    answers = asyncio.run(arrive(server.port, requests, rate))
    took, cpu = time.monotonic() - began, server.cpu_seconds() - cpu
    stored = dict(_books(url))
    wrong, new = _wrong(answers, stored, before), len(stored.keys() - before)
    refused = answers.statuses[503] + answers.statuses[429]
    useful = len(answers.bodies) / took
    slowest = sorted(answers.refusals)[int(0.99 * len(answers.refusals))] if answers.refusals else 0.0
    limits = [
        Limit("useful throughput, of the most", useful / most, least=0.8),
        Limit("useful per second of CPU, of the most", len(answers.bodies) / cpu / most_per_cpu, least=0.8),
        Limit("refused without Retry-After", refused - len(answers.refusals), most=0),
        Limit("p99 of a refusal, seconds", slowest, most=1.0),
        Limit("answers other than 2xx and refusals", sum(_others(answers).values()), most=0),
        Limit("acknowledged and lost", wrong["acknowledged and lost"], most=0),
        Limit("stored without an answer", wrong["unexplained"], most=0),
        Limit("payments prepared twice, or not", abs(server.provider_calls("POST") - prepared - new), most=0),
    ]
    figures = {
        "most per second": most,
        "offered per second": rate,
        "useful per second": useful,
        "seconds": took,
        "statuses": {str(status): number for status, number in answers.statuses.items()},
        "p50 s": answers.percentile(0.5),
        "p99 s": answers.percentile(0.99),
        "the driver's own p99 s": answers.late[int(0.99 * len(answers.late))],
        "the driver's own longest s": answers.late[-1],
    }
    print(json.dumps(figures, indent=1), flush=True)
    keep(f"overload-{kind}", figures, limits)
    return all(limit.is_kept for limit in limits)


def _others(answers: Answers) -> Counter[int]:
    return Counter(
        {code: n for code, n in answers.statuses.items() if not 200 <= code < 300 and code not in (429, 503)}
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0} or {0})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, hard), hard))
    kept = []
    for kind in chosen.databases:
        print(f"{kind}, {chosen.seconds:g} s of twice the capacity:", flush=True)
        with contextlib.ExitStack() as stack:
            url = stack.enter_context(database_url(kind))
            kept.append(measure(stack.enter_context(serving(HERE, url, LATENCY)), url, kind, chosen.seconds))
    sys.exit(0 if all(kept) else 1)
