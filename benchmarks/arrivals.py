"""Arrivals: requests that come at a fixed rate, however long the answers take (an open loop)."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from benchmarks.load import Request, exchange

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@attrs.frozen(kw_only=True)
class Answers:
    """Seconds from the time at which each request was due to its answer, sorted; statuses; and the good answers."""

    latencies: list[float]
    statuses: Counter[int]
    bodies: list[Any]

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


async def arrive(port: int, requests: Sequence[Request], per_second: float) -> Answers:
    """Send each request when it is due, over as many connections as that takes."""
    idle: list[Connection] = []
    answers = Answers(latencies=[], statuses=Counter(), bodies=[])
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
        reader, writer = await connection()
        status, body = await exchange(reader, writer, request)
        answers.latencies.append(time.perf_counter() - due)
        answers.statuses[status] += 1
        if status < 300:
            answers.bodies.append(json.loads(body))
        idle.append((reader, writer))

    await asyncio.gather(*(one(request, began + n / per_second) for n, request in enumerate(requests)))
    for _, writer in idle:
        writer.close()
    answers.latencies.sort()
    return answers
