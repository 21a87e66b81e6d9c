"""Preflights: CORS, with a log line, an id and the usual headers also for the question that a browser asks first.

CORS stands before everything else, so that a browser may read every answer; a preflight ends there.
"""

from collections.abc import Callable
from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from payments.entrypoints.http.edge.middleware import Requests, SafeHeaders
from payments.entrypoints.logs import cut


class Preflights(CORSMiddleware):
    """Starlette's CORS. *count* gets preflights as requests that reached no route."""

    def __init__(
        self,
        app: ASGIApp,
        /,
        count: Callable[[str, str, int], None] | None = None,
        shown: Callable[[str], str] = cut,
        **options: Any,
    ) -> None:
        super().__init__(app, **options)
        self._told = Requests(SafeHeaders(super().__call__), count, shown)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_preflight = scope["type"] == "http" and scope["method"] == "OPTIONS" and _asks(scope)
        await (self._told if is_preflight else super().__call__)(scope, receive, send)


def _asks(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return {b"origin", b"access-control-request-method"} <= names
