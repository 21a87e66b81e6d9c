"""Clients that do not read, and too many of them: bounded in memory, in time and in number."""

import queue
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from integration.http.edge.test_connections import PARSERS, Watched, echo, everything
from support.api import serving
from support.patience import EVENTUALLY

from payments.entrypoints.http.edge.head_deadline import MAX_UNTAKEN
from payments.entrypoints.http.static.content import PIECE

SIZE = 8 * 1024 * 1024
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def endless(scope: Any, receive: Any, send: Any) -> None:
    """An app that answers with SIZE bytes, piece by piece."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(SIZE).encode())]})
    for _ in range(SIZE // PIECE):
        await send({"type": "http.response.body", "body": b"x" * PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class Reader(Watched):
    """Tells the test when the client takes no more, and when it took some again."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.stuck, self.moving = threading.Semaphore(0), threading.Semaphore(0)

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        self.stuck.release()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.moving.release()


@pytest.fixture(params=[(parser, loop) for parser in PARSERS for loop in ("asyncio", "uvloop")], ids=str)
def reading(request: pytest.FixtureRequest):
    """A connection that has asked and reads nothing yet, and the server's end of it."""
    parser, loop = request.param
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    made: queue.Queue[Reader] = queue.Queue()
    protocol = type("ReaderHere", (Reader, PARSERS[parser]), {"made": made})
    with serving(endless, http=protocol, loop=loop) as url:
        address = ("127.0.0.1", urlsplit(url).port or 0)
        with socket.create_connection(address, EVENTUALLY) as client:
            client.sendall(GET)
            connection = made.get(timeout=EVENTUALLY)
            assert connection.stuck.acquire(timeout=EVENTUALLY)
            yield client, connection


def test_who_takes_nothing_between_two_checks_is_cut_off(reading):
    client, connection = reading
    connection.check()
    connection.check()
    try:
        received = len(everything(client))
    except ConnectionError:
        received = 0
    assert received < SIZE


def test_what_is_not_taken_is_bounded_in_memory(reading):
    _, connection = reading
    assert connection.transport.get_write_buffer_size() <= MAX_UNTAKEN + PIECE


def test_who_takes_a_little_between_two_checks_gets_it_all(reading):
    client, connection = reading
    received, moved = 0, 0
    while received < SIZE:
        taken = client.recv(65_536)
        assert taken, "it was cut off"
        received += len(taken)
        if connection.moving.acquire(blocking=False):
            moved += 1
            connection.check()
            while connection.moving.acquire(blocking=False):
                pass  # what moved before this check does not count for the next one
    assert moved > 2


def test_a_connection_too_many_is_turned_away_at_once():
    few = type("Few", (PARSERS["httptools"],), {"most_connections": 2})
    with serving(echo, http=few) as url:
        address = ("127.0.0.1", urlsplit(url).port or 0)
        first, second = (socket.create_connection(address, EVENTUALLY) for _ in range(2))
        with first, second:
            second.sendall(b"GET")  # it holds its connection
            with socket.create_connection(address, EVENTUALLY) as third:
                assert everything(third).startswith(b"HTTP/1.1 503")
            first.sendall(GET)
            assert first.recv(1_000).startswith(b"HTTP/1.1 200")
