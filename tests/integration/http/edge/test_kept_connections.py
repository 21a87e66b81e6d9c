"""Kept connections on real sockets, with each parser and each event loop: none ends without a word to its client."""

import queue
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from integration.http.edge.test_connections import PARSERS, Watched, echo, everything
from support.api import serving
from support.patience import EVENTUALLY, until

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
MANY = 10


@pytest.fixture(params=[(parser, loop) for parser in PARSERS for loop in ("asyncio", "uvloop")], ids=str)
def served(request: pytest.FixtureRequest) -> Any:
    """What serves an app with one parser and loop: it yields a client's socket and the server's end of it."""
    parser, loop = request.param
    if loop == "uvloop":
        pytest.importorskip("uvloop")

    @contextmanager
    def connected(app: Any = echo, most: int = MANY) -> Iterator[tuple[socket.socket, Watched]]:
        made: queue.Queue[Watched] = queue.Queue()
        protocol = type("WatchedHere", (Watched, PARSERS[parser]), {"made": made, "most_connections": most})
        with serving(app, http=protocol, loop=loop) as url:
            address = ("127.0.0.1", urlsplit(url).port or 0)
            with socket.create_connection(address, EVENTUALLY) as client:
                yield client, made.get(timeout=EVENTUALLY)

    return connected


def answered(client: socket.socket) -> bytes:
    """Return one answer of `echo`."""
    received = b""
    while not received.partition(b"\r\n\r\n")[2].endswith(b"\n"):
        more = client.recv(65_536)
        assert more, f"the connection was closed after {received!r}"
        received += more
    return received


def begin_another(client: socket.socket, connection: Watched) -> None:
    """Send half a head, and wait until the server has it; an answer may come before the server waits for the next."""
    until(lambda: connection.is_waiting)
    client.sendall(GET[:9])
    until(lambda: not connection.is_waiting)


def test_a_request_that_comes_when_its_connection_is_due_to_end_is_answered(served):
    with served() as (client, connection):
        client.sendall(GET)
        answered(client)
        until(lambda: connection.is_waiting)
        sent, busy = threading.Event(), threading.Event()

        def work() -> None:
            """Keep the event loop busy until the request has come, and longer than the connection may wait."""
            busy.set()
            assert sent.wait(EVENTUALLY)
            came, _, _ = select.select([connection.transport.get_extra_info("socket").fileno()], [], [], EVENTUALLY)
            assert came
            connection.timeout_keep_alive_handler()

        connection.loop.call_soon_threadsafe(work)
        assert busy.wait(EVENTUALLY)
        client.sendall(GET)
        sent.set()
        assert answered(client).startswith(b"HTTP/1.1 200")


def test_a_connection_without_a_further_request_ends(served):
    with served() as (client, connection):
        client.sendall(GET)
        answered(client)
        until(lambda: connection.is_waiting)
        connection.loop.call_soon_threadsafe(connection.timeout_keep_alive_handler)
        assert client.recv(1) == b""


def test_a_check_of_heads_ends_no_connection_that_waits_and_ends_one_with_half_a_head(served):
    with served() as (client, connection):
        client.sendall(GET)
        answered(client)
        for _ in range(3):
            connection.check()
        begin_another(client, connection)
        client.sendall(GET[9:])
        assert answered(client).startswith(b"HTTP/1.1 200")
        begin_another(client, connection)
        connection.check()
        assert client.recv(1) == b""


async def refusing(scope: Any, receive: Any, send: Any) -> None:
    """An app that answers before it reads a body."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"3")]})
        await send({"type": "http.response.body", "body": b"no\n"})


def test_a_refusal_before_the_body_keeps_its_connection(served):
    with served(refusing) as (client, connection):
        for _ in range(2):
            client.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n")
            assert answered(client).startswith(b"HTTP/1.1 503")
            client.sendall(b"12345678")
            until(lambda: connection.is_waiting)
            connection.check()


def test_each_answer_says_how_long_its_connection_may_wait(served):
    with served() as (client, _):
        client.sendall(GET)
        assert b"\r\nkeep-alive: timeout=60\r\n" in answered(client).lower()
        client.sendall(GET.replace(b"Host: x", b"Host: x\r\nConnection: close"))
        last = everything(client).lower()
        assert b"\r\nconnection: close\r\n" in last
        assert b"keep-alive" not in last


def test_each_answer_of_a_crowded_server_says_that_its_connection_ends(served):
    with served(most=1) as (client, _):
        client.sendall(GET)
        last = everything(client).lower()
        assert last.startswith(b"http/1.1 200")
        assert last.count(b"\r\nconnection: close\r\n") == 1
        assert b"keep-alive" not in last
