"""Attackers: slow heads, slow bodies, readers that do not read, and a flood of webhooks, in a process of their own.

`python -m benchmarks.attackers --port N --seconds S --each 100` attacks and prints what happened, as JSON. Whoever is
cut off comes back at once, so the pressure stays the same until the end.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import time
from collections import Counter
from pathlib import Path
from typing import Final

import attrs

from benchmarks.load import Request, exchange

BUNDLE: Final = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW_HEAD: Final = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
SLOW_BODY: Final = b"POST /webhooks/iamport HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n"
ESTABLISHED: Final = "01"
STEP: Final = 0.5
SMALL_BUFFER: Final = 4096


@attrs.define
class Seen:
    """How long each connection that was cut had lived, in seconds, by its kind; and the answers to the flood."""

    lives: dict[str, list[float]] = attrs.field(factory=lambda: {"head": [], "body": [], "reader": []})
    flood: Counter[str] = attrs.field(factory=Counter)
    refused: int = 0

    def note(self, kind: str, began: float) -> None:
        self.lives[kind].append(time.monotonic() - began)

    def told(self) -> dict[str, object]:
        lives = {
            kind: {"cut": len(found), "longest": round(max(found, default=0.0), 1)}
            for kind, found in self.lives.items()
        }
        return {"connections": lives, "flood": dict(self.flood), "refused": self.refused}


async def drip(port: int, kind: str, opening: bytes, seen: Seen, ends: float) -> None:
    """Send *opening* and then a byte at a time, again and again."""
    while time.monotonic() < ends:
        began = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            seen.refused += 1
            await asyncio.sleep(STEP)
            continue
        writer.write(opening)
        cut = asyncio.create_task(reader.read())  # ends when the server closes the connection, whatever it says before
        while not cut.done() and time.monotonic() < ends:
            writer.write(b"a")
            await asyncio.wait({cut}, timeout=STEP)
        if cut.done():
            seen.note(kind, began)
        cut.cancel()
        await asyncio.gather(cut, return_exceptions=True)
        writer.close()


async def stare(port: int, seen: Seen, ends: float) -> None:
    """Ask for the largest file and read nothing of it, again and again."""
    loop = asyncio.get_running_loop()
    while time.monotonic() < ends:
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            sock.setblocking(False)
            began = time.monotonic()
            try:
                await loop.sock_connect(sock, ("127.0.0.1", port))
                await loop.sock_sendall(sock, BUNDLE)
            except OSError:
                seen.refused += 1
                await asyncio.sleep(STEP)
                continue
            await asyncio.sleep(STEP)
            while (held := sock.getsockname()[1] in held_by_server(port)) and time.monotonic() < ends:
                await asyncio.sleep(STEP)
            if not held:
                seen.note("reader", began)


_held: tuple[float, frozenset[int]] = (0.0, frozenset())


def held_by_server(port: int) -> frozenset[int]:
    """Return the ports of the clients whose connections the server still holds, as of at most STEP seconds ago."""
    global _held  # noqa: PLW0603 - a hundred readers share one look at the kernel's table
    if time.monotonic() - _held[0] > STEP:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ends = [(int(row[1][9:], 16), int(row[2][9:], 16)) for row in rows if row[3] == ESTABLISHED]
        _held = (time.monotonic(), frozenset(client for server, client in ends if server == port))
    return _held[1]


async def flood(port: int, known: list[str], seen: Seen, ends: float) -> None:
    """Send webhooks as fast as they are answered: each second one names a payment that exists."""
    turn = 0
    while time.monotonic() < ends:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while time.monotonic() < ends:
                turn += 1
                named = {"merchant_uid": known[turn % len(known)]} if known and turn % 2 else {}
                body = json.dumps({"imp_uid": f"imp_{secrets.token_hex(6)}", **named}).encode()
                headers = {"Content-Type": "application/json"}
                call = Request(method="POST", path="/webhooks/iamport", headers=headers, body=body)
                status, _, _ = await exchange(reader, writer, call)
                seen.flood[str(status)] += 1
        except (OSError, asyncio.IncompleteReadError):
            seen.flood["cut"] += 1
            await asyncio.sleep(STEP / 10)


async def attack(port: int, seconds: float, each: int, flooders: int, known: list[str]) -> Seen:
    seen, ends = Seen(), time.monotonic() + seconds
    await asyncio.gather(
        *(drip(port, "head", SLOW_HEAD, seen, ends) for _ in range(each)),
        *(drip(port, "body", SLOW_BODY, seen, ends) for _ in range(each)),
        *(stare(port, seen, ends) for _ in range(each)),
        *(flood(port, known, seen, ends) for _ in range(flooders)),
    )
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--each", type=int, default=100, help="slow heads, and as many slow bodies and readers")
    parser.add_argument("--flooders", type=int, default=4, help="connections that send webhooks")
    parser.add_argument("--known", nargs="*", default=[], help="merchant ids that half of the webhooks name")
    chosen = parser.parse_args()
    os.nice(10)  # what is measured beside it must not wait for it
    seen = asyncio.run(attack(chosen.port, chosen.seconds, chosen.each, chosen.flooders, chosen.known))
    print(json.dumps(seen.told()), flush=True)


if __name__ == "__main__":
    main()
