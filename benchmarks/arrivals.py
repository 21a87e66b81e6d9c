"""Arrivals: requests that come at a fixed rate, however long the answers take (an open loop)."""

import asyncio
import gc
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from benchmarks.load import Request, exchange

REFUSALS = (429, 503)
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_KEPT_FOR = re.compile(r"^keep-alive: timeout=(\d+)", re.I | re.M)


@attrs.frozen(kw_only=True)
class Answers:
    """Seconds from the time at which each request was due to its answer, sorted; statuses; and the good answers.

    `refusals` are the seconds of those that were answered 503 or 429 with `Retry-After`. Status 0 is a cut connection.
    `late` are the seconds by which requests were sent too late, sorted: they are the driver's, and in all others.
    """

    latencies: list[float]
    statuses: Counter[int]
    bodies: list[Any]
    refusals: list[float]
    late: list[float]

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


async def arrive(port: int, requests: Sequence[Request], per_second: float) -> Answers:
    """Send each request when it is due, over as many connections as that takes.

    A task is made when its request is due: a minute's requests made at the start would be late by a second.
    """
    idle: list[tuple[Connection, float]] = []
    answers = Answers(latencies=[], statuses=Counter(), bodies=[], refusals=[], late=[])
    running: set[asyncio.Task[None]] = set()
    gc.collect()
    gc.freeze()
    began = time.perf_counter()

    async def connection() -> Connection:
        while idle:
            (reader, writer), ends = idle.pop()
            if not reader.at_eof() and time.perf_counter() < ends:  # the server closes those that are idle for long
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", port)

    async def one(request: Request, due: float) -> None:
        answers.late.append(time.perf_counter() - due)
        try:
            reader, writer = await connection()
            status, head, body = await exchange(reader, writer, request)
        except (OSError, asyncio.IncompleteReadError):
            answers.statuses[0] += 1
            return
        taken = time.perf_counter() - due
        answers.latencies.append(taken)
        answers.statuses[status] += 1
        if status < 300:
            answers.bodies.append(json.loads(body))
        elif status in REFUSALS and "retry-after:" in head.lower():
            answers.refusals.append(taken)
        if "connection: close" in head.lower():
            writer.close()
        else:
            kept_for = _KEPT_FOR.search(head)
            idle.append(((reader, writer), time.perf_counter() + float(kept_for[1] if kept_for else "inf")))

    for n, request in enumerate(requests):
        due = began + n / per_second
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        task = asyncio.create_task(one(request, due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    gc.unfreeze()
    for (_, writer), _ in idle:
        writer.close()
    answers.latencies.sort()
    answers.late.sort()
    return answers
