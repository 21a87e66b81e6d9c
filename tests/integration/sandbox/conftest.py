"""A sandbox on a socket, a shop's client that knows no more than the reference, and a shop that hears webhooks."""

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import pytest
import requests
from support.browser.shop_page import shop_page_of
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import KEY, SECRET, Clock, Sandbox, SandboxSettings, running_sandbox


@attrs.define
class Shop:
    """Calls of a shop's server: returns (HTTP status, code, message, response)."""

    url: str
    session: requests.Session

    def call(self, method: str, path: str, **options: Any) -> tuple[int, int, str | None, Any]:
        answer = self.session.request(method, self.url + path, timeout=EVENTUALLY, **options)
        assert answer.headers["content-type"] == "application/json; charset=UTF-8"
        body = answer.json()
        assert sorted(body) == ["code", "message", "response"]
        assert (body["code"] == 0) == (body["message"] is None), "a message is what a refusal has"
        assert body["code"] == 0 or body["response"] is None
        return answer.status_code, body["code"], body["message"], body["response"]

    def get(self, path: str, **query: Any) -> tuple[int, int, str | None, Any]:
        return self.call("GET", path, params=query)

    def post(self, path: str, **body: Any) -> tuple[int, int, str | None, Any]:
        return self.call("POST", path, json=body)

    def good(self, method: str, path: str, **options: Any) -> Any:
        http, code, message, response = self.call(method, path, **options)
        assert (http, code) == (200, 0), message
        return response

    def sign_in(self) -> None:
        token = self.good("POST", "/users/getToken", json={"imp_key": KEY, "imp_secret": SECRET})["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose clock stands still and whose ids are known."""
    with running_sandbox(SandboxSettings(seed=7), clock=Clock.stopped()) as running:
        yield running


@pytest.fixture
def stranger(sandbox: Sandbox) -> Iterator[Shop]:
    """A client without a token."""
    with requests.Session() as session:
        session.trust_env = False
        yield Shop(sandbox.url, session)


@pytest.fixture
def shop(stranger: Shop) -> Shop:
    """A client with a token."""
    stranger.sign_in()
    return stranger


@pytest.fixture
def paid(sandbox: Sandbox) -> str:
    """The imp_uid of a card payment of 1,000 won for order-1."""
    imp_uid = sandbox.open_window("order-1", 1000)
    sandbox.approve(imp_uid)
    return imp_uid


@attrs.define
class Listener:
    """A shop's webhook endpoint: what it heard, in order, and what it answers next."""

    url: str
    heard: "queue.Queue[tuple[str, str, bytes]]" = attrs.field(factory=queue.Queue)
    answers: list[tuple[int, bytes]] = attrs.field(factory=list)
    headers: list[dict[str, str]] = attrs.field(factory=list)
    """Those of each webhook, by lower-case names."""

    def hear(self) -> tuple[str, bytes]:
        _, kind, body = self.heard.get(timeout=EVENTUALLY)
        return kind, body

    def told(self) -> tuple[str, str]:
        """Return the order and the status that the next webhook reports."""
        kind, body = self.hear()
        assert kind == "application/json"
        reported = json.loads(body)
        return reported["merchant_uid"], reported["status"]

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if self.answers else (200, b"ok")


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listening.headers.append({name.lower(): text for name, text in self.headers.items()})
            listening.heard.put((self.path, self.headers["Content-Type"], body))
            status, content = listening.next_answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listening = Listener(f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield listening
        server.shutdown()
        thread.join()


PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>shop</title>
<h1>멤버십</h1><button id="pay">결제</button><pre id="result"></pre>
<script src="{sandbox}/v1/iamport.js"></script><script src="/shop.js"></script>"""

SCRIPT = """
window.results = [];
window.hear = function (result) {
  window.results.push(result);
  document.getElementById("result").textContent = JSON.stringify(result);
  document.body.dataset.results = window.results.length;
};
window.params = {
  merchant_uid: "order-1", amount: 12000, name: "프리미엄 멤버십", buyer_name: "홍길동", pg: "html5_inicis"
};
document.getElementById("pay").onclick = function () {
  IMP.init("imp00000000");
  IMP.request_pay(window.params, window.hear);
};
"""


@pytest.fixture
def shop_page(sandbox: Sandbox) -> Iterator[str]:
    """A shop's page under a policy that allows the script and the frame of the sandbox and nothing else."""
    with shop_page_of(PAGE, SCRIPT, sandbox.url) as url:
        yield url
