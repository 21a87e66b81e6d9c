"""Load: a fixed number of kept connections that each send the next request when the last is answered."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def encoded(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@attrs.frozen(kw_only=True)
class Load:
    """What a run measured: answers per second, and latencies in seconds, sorted."""

    seconds: float
    latencies: list[float]
    answers: list[Any]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request
) -> tuple[int, str, bytes]:
    """Return status, head and body of the answer."""
    writer.write(request.encoded())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next(int(h[15:]) for h in head.split("\r\n") if h.lower().startswith("content-length:"))
    return int(head.split(" ", 2)[1]), head, await reader.readexactly(length)


async def _connection(port: int, requests: Iterator[Request], keep: Callable[[Any], Any], load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for request in requests:  # shared by all connections: each takes the next one
            began = time.perf_counter()
            status, _, body = await exchange(reader, writer, request)
            load.latencies.append(time.perf_counter() - began)
            if status >= 300:
                raise RuntimeError(f"{request.method} {request.path}: {status} {body[:300]!r}")
            load.answers.append(keep(json.loads(body)))
    finally:
        writer.close()


def run_load(port: int, requests: Iterable[Request], connections: int, keep: Callable[[Any], Any]) -> Load:
    """Send all *requests* over *connections* connections; *keep* picks what to remember of each JSON answer."""
    shared = iter(requests)
    load = Load(seconds=0, latencies=[], answers=[])

    async def all_connections() -> None:
        await asyncio.gather(*(_connection(port, shared, keep, load) for _ in range(connections)))

    began = time.perf_counter()
    asyncio.run(all_connections())
    return attrs.evolve(load, seconds=time.perf_counter() - began, latencies=sorted(load.latencies))
