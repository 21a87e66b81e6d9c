"""Arrivals: requests that come at a fixed rate, however long the answers take (an open loop)."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from benchmarks.load import Request, exchange

REFUSALS = (429, 503)
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@attrs.frozen(kw_only=True)
class Answers:
    """Seconds from the time at which each request was due to its answer, sorted; statuses; and the good answers.

    `refusals` are the seconds of those that were answered 503 or 429 with `Retry-After`. Status 0 is a cut connection.
    """

    latencies: list[float]
    statuses: Counter[int]
    bodies: list[Any]
    refusals: list[float]

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


async def arrive(port: int, requests: Sequence[Request], per_second: float) -> Answers:
    """Send each request when it is due, over as many connections as that takes."""
    idle: list[Connection] = []
    answers = Answers(latencies=[], statuses=Counter(), bodies=[], refusals=[])
    began = time.perf_counter()

    async def connection() -> Connection:
        while idle:
            reader, writer = idle.pop()
            if not reader.at_eof():  # the server closes those that are idle for long
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", port)

    async def one(request: Request, due: float) -> None:
        await asyncio.sleep(due - time.perf_counter())
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
            idle.append((reader, writer))

    await asyncio.gather(*(one(request, began + n / per_second) for n, request in enumerate(requests)))
    for _, writer in idle:
        writer.close()
    answers.latencies.sort()
    return answers
