"""Connections on real sockets, with each parser and each event loop: slow heads, large heads, pipelines, the end."""

import asyncio
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.types import ASGIApp
from support.api import serving
from support.patience import EVENTUALLY

from payments.entrypoints.http.edge import protocols
from payments.entrypoints.http.edge.fast_head_deadline import HttptoolsHeadDeadline
from payments.entrypoints.http.edge.head_deadline import MAX_HEAD_SIZE, H11HeadDeadline, HeadDeadline

PARSERS = {"h11": H11HeadDeadline, "httptools": HttptoolsHeadDeadline}


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> Any:
    return PARSERS[request.param]


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> str:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return str(request.param)


@contextmanager
def calling(app: ASGIApp, parser: Any, loop: str) -> Iterator[socket.socket]:
    """Yield a connection to *app*."""
    with serving(app, http=parser, loop=loop) as url:
        address = ("127.0.0.1", urlsplit(url).port or 0)
        with socket.create_connection(address, EVENTUALLY) as caller:
            yield caller


def hurried(parser: Any) -> Any:
    return type("Hurried", (parser,), {"head_seconds": 0.3})


class Watched(HeadDeadline):
    """Checks only when the test says so. Stands before a parser's class."""

    head_seconds = 3600.0
    made: "queue.Queue[Watched]"

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.made.put(self)

    def _schedule_check(self, last_request: Any) -> None:
        self._last_request = last_request
        super()._schedule_check(last_request)

    def check(self) -> None:
        """Check now, in the thread of the connection."""
        done = threading.Event()

        def checking() -> None:
            self._check.cancel()
            self._close_if_silent(self._last_request)
            done.set()

        self.loop.call_soon_threadsafe(checking)
        assert done.wait(EVENTUALLY)


async def nothing_else(scope: Any, receive: Any, send: Any) -> None:
    """An app that is never asked anything."""
    assert scope["type"] == "lifespan"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An app that answers with the path and the length of the body."""
    if scope["type"] == "lifespan":
        return
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = f"{scope['path']} {size}\n".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def everything(caller: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    received = b""
    while more := caller.recv(65_536):
        received += more
    return received


@pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"], ids=["silent", "half a head"])
def test_a_client_that_sends_no_request_holds_no_connection(parser, loop, head):
    """Fails where as many of these as we may open files keep everybody else out."""
    with calling(nothing_else, hurried(parser), loop) as caller:
        caller.sendall(head)
        assert caller.recv(1) == b""


def test_half_a_head_after_an_answered_request_holds_no_connection_either(parser, loop):
    with calling(echo, hurried(parser), loop) as caller:
        caller.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost:")
        assert everything(caller).endswith(b"/a 0\n")


def test_a_running_request_keeps_its_connection_and_so_does_the_next(parser, loop):
    entered, leave = threading.Semaphore(0), threading.Semaphore(0)
    made: queue.Queue[Watched] = queue.Queue()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        entered.release()
        assert await asyncio.to_thread(leave.acquire, timeout=EVENTUALLY)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with calling(slow, type("WatchedHere", (Watched, parser), {"made": made}), loop) as caller:
        connection = made.get(timeout=EVENTUALLY)
        for _ in range(2):
            caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert entered.acquire(timeout=EVENTUALLY)
            for _ in range(3):
                connection.check()
            leave.release()
            assert caller.recv(1000).startswith(b"HTTP/1.1 204")
        connection.check()  # a check right after the answer
        caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert entered.acquire(timeout=EVENTUALLY)
        leave.release()
        assert caller.recv(1000).startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "], ids=["address", "header"])
def test_a_head_without_end_is_refused_long_before_its_deadline(parser, loop, start):
    """It is never ended, and the deadline is far away: only its size can end it."""
    patient = type("Patient", (parser,), {"head_seconds": 3600.0})
    with calling(nothing_else, patient, loop) as caller:
        try:
            caller.sendall(start)
            for _ in range(1_000):
                caller.sendall(b"x" * 65_536)
            raise AssertionError("64 MiB of one head were taken")
        except ConnectionError:
            pass


def test_a_large_body_is_not_mistaken_for_a_large_head(parser, loop):
    size = 5 * MAX_HEAD_SIZE
    chunks = b"".join(b"1000\r\n%b\r\n" % (b"y" * 0x1000) for _ in range(size // 0x1000))
    with calling(echo, parser, loop) as caller:
        for _ in range(2):
            caller.sendall(b"POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
            caller.sendall(b"POST /chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            caller.sendall(chunks + b"0\r\n\r\n")
        caller.sendall(b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = everything(caller)
    assert [line for line in answers.split(b"\n") if line.startswith(b"/")] == [
        *[b"/whole %d" % size, b"/chunks %d" % size] * 2,
        b"/last 0",
    ]


def test_pipelined_requests_are_answered_in_order(parser, loop):
    with calling(echo, parser, loop) as caller:
        requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(20))
        caller.sendall(requests + b"GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = everything(caller)
    paths = [line for line in answers.split(b"\n") if line.startswith(b"/")]
    assert paths == [*(b"/%d 0" % number for number in range(20)), b"/end 0"]


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    ],
    ids=["two lengths", "bad header", "nonsense"],
)
def test_a_request_that_a_proxy_could_read_differently_never_reaches_the_app(parser, loop, head):
    with calling(nothing_else, parser, loop) as caller:
        caller.sendall(head)
        assert everything(caller).startswith(b"HTTP/1.1 400")


def test_a_stopping_server_finishes_what_runs_and_closes_what_idles(parser, loop):
    entered, leave = threading.Event(), threading.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            entered.set()
            assert await asyncio.to_thread(leave.wait, EVENTUALLY)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    with serving(slow, http=parser, loop=loop) as url:
        address = ("127.0.0.1", urlsplit(url).port or 0)
        running = socket.create_connection(address, EVENTUALLY)
        running.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert entered.wait(EVENTUALLY)
        idle = socket.create_connection(address, EVENTUALLY)
        idle.sendall(b"GET")
        threading.Timer(0.2, leave.set).start()
    with running, idle:
        answer = everything(running)
        assert answer.startswith(b"HTTP/1.1 204")
        assert b"connection: close" in answer.lower()
        assert idle.recv(1) == b""


def test_without_httptools_the_parser_is_h11(monkeypatch):
    assert issubclass(protocols.protocol(), HttptoolsHeadDeadline)
    monkeypatch.setattr(protocols.importlib.util, "find_spec", {}.get)
    assert issubclass(protocols.protocol(), H11HeadDeadline)
