"""A server in a thread: it ends at once, and not before it has answered what it was asked."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import requests
import uvicorn
from support.patience import EVENTUALLY, until

from payments.entrypoints.serving import listening_socket, serving, url_of


class Slow:
    """Answers once it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    async def __call__(self, _, __, send):
        self.asked.set()
        await asyncio.to_thread(self.let.wait, EVENTUALLY)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


def served(app):
    return uvicorn.Config(app, lifespan="off", log_level="warning")


def test_a_request_at_work_is_answered_before_the_server_ends():
    app, sock = Slow(), listening_socket("127.0.0.1", 0)
    url, port = url_of(sock), sock.getsockname()[1]

    def let_it_once_nobody_is_taken_any_more():
        until(lambda: not is_taken(port))
        app.let.set()

    with ThreadPoolExecutor() as threads:
        with serving(served(app), sock, close_timeout=EVENTUALLY):
            answer = threads.submit(requests.get, url, timeout=EVENTUALLY)
            assert app.asked.wait(EVENTUALLY)
            threads.submit(let_it_once_nobody_is_taken_any_more)
        assert answer.result().text == "done"


def test_a_server_whose_callers_only_keep_their_connections_waits_for_nothing(monkeypatch):
    app, sock = Slow(), listening_socket("127.0.0.1", 0)
    app.let.set()
    waits = []
    monkeypatch.setattr(uvicorn.Server, "_wait_tasks_to_complete", lambda _: waits.append("a tenth of a second"))
    with requests.Session() as session:
        with serving(served(app), sock, close_timeout=EVENTUALLY):
            assert session.get(url_of(sock), timeout=EVENTUALLY).text == "done"
        assert waits == []


def is_taken(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), EVENTUALLY).close()
    except ConnectionRefusedError:
        return False
    return True
