"""A sandbox for clients of V2, one of its payments, and the provider's own document of it."""

import queue
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs
import pytest
from conftest import not_run
from integration.clients import installing
from integration.clients.portone.conforming import Document
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox


@pytest.fixture(scope="session")
def document() -> Document:
    """The OpenAPI document of V2."""
    try:
        return Document(installing.schema())
    except installing.Missing as missing:
        not_run(str(missing))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox on its own two ports."""
    with running_sandbox(SandboxSettings(seed=7)) as running:
        yield running


@pytest.fixture
def paid(sandbox: Sandbox) -> Callable[..., str]:
    """Open a window for a payment id and pay; return the transaction id."""

    def pay(payment_id: str, amount: int = 1000, **params: object) -> str:
        transaction_id = sandbox.portone.open_window(payment_id, amount, **params)
        sandbox.approve(transaction_id)
        return transaction_id

    return pay


@attrs.frozen
class Heard:
    """A shop's webhook endpoint, and the headers and bodies that it was sent."""

    url: str
    sent: "queue.Queue[tuple[dict[str, str], str]]" = attrs.field(factory=queue.Queue)

    def all(self, count: int) -> list[tuple[dict[str, str], str]]:
        """Return the next *count*."""
        return [self.sent.get(timeout=EVENTUALLY) for _ in range(count)]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """A shop that hears webhooks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.sent.put(({name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Heard(f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield told
        server.shutdown()
        thread.join()
