"""Plain ASGI middleware: a request id and a log line for every request, a reply to every bug, safe headers."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payments.entrypoints.http.shapes.errors import Unexpected
from payments.entrypoints.http.shapes.problems import reply_to
from payments.entrypoints.logs import begin_request, cut, facts
from payments.entrypoints.observing.tracing import Kind, Traced, span

log = logging.getLogger("payments.http")
access_log = logging.getLogger("payments.access")
_GIVEN_ID: Final = re.compile(rb"[A-Za-z0-9_.-]{8,64}")

SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


ROUTE: Final = "payments.route"
"""Where the scope of a request has the method and the path of its operation, with placeholders."""
NO_ROUTE: Final = ("other", "other")
_SAFE: Final = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]


class SafeHeaders:
    """Adds the headers that a JSON API should send to browsers, unless the response sets them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(safe for safe in _SAFE if safe[0] not in given)]
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


class Requests:
    """Gives every request an id and a log line. A bug becomes a plain 500 that reveals nothing but the id.

    *count* gets the method, route and status of each answer. What reached no route has no method of its own either:
    a stranger chooses it, and it would be a metric for ever. *shown* turns a caller's address into what a line shows.
    """

    def __init__(
        self,
        app: ASGIApp,
        count: Callable[[str, str, int], None] | None = None,
        shown: Callable[[str], str] = cut,
    ) -> None:
        self.app, self._count, self._shown = app, count, shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with span("request", Kind.SERVER, scope["headers"]) as traced:
            await self._answer(scope, receive, send, traced)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, traced: Traced) -> None:
        current_id, client = name_of(scope), scope.get("client")
        begin_request(current_id, self._shown(client[0]) if client else "")
        begun, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", current_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception:
            log.exception("request %s failed: %s %s", current_id, scope["method"], scope["path"])
            if status:
                raise  # part of the response is sent already: only a broken connection can signal the failure
            await _send_unexpected(current_id, sending)
        finally:
            method, route = scope.get(ROUTE, NO_ROUTE)
            _describe(traced, method, route, status or 500)
            if self._count:
                self._count(method, route, status or 500)
            taken = (time.perf_counter() - begun) * 1000
            access_log.info("%s %r %s %.1fms %s", scope["method"], scope["path"], status or 500, taken, current_id)


def _describe(traced: Traced, method: str, route: str, status: int) -> None:
    """Say of the span what the log line says, but for the address."""
    known = facts()
    traced.rename(f"{method} {route}")
    traced.note(http__request__method=method, http__route=route, http__response__status_code=status)
    traced.note(payments__request_id=known.request_id, payments__caller=known.caller, payments__payment=known.payment)
    if status >= 500:
        traced.fail()


def name_of(scope: Scope) -> str:
    """Return the request id from a proxy, or a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


async def _send_unexpected(current_id: str, send: Send) -> None:
    sentence = (
        "An unexpected error occurred, and the request may have been executed in part. "
        "Check the payment before you try again, and give the request id to the operator."
    )
    reply = reply_to(Unexpected(sentence), current_id)
    headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
