"""Gate: turns a request away before anything is done for it, while its lane has no place left.

A refusal must cost much less than a request that is served, or whoever sends twice what fits halves what is served. So
this one is not routed, read, authenticated or logged alone: it gets a finished answer, and a line in the log tells of
all of them, at most once in LOG_EVERY_SECONDS.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import Final

import attrs
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from payments.entrypoints.http.edge.middleware import SAFE_HEADERS, name_of
from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.shapes.errors import Busy
from payments.entrypoints.http.shapes.problems import problem_of

log = logging.getLogger("payments.http")
LOG_EVERY_SECONDS: Final = 5.0
Count = Callable[[str, str, int], None]


@attrs.frozen
class Entry:
    """A route, and the room in which it runs. `lane` is its name."""

    method: str
    path: str
    lane: str
    room: Threads
    pattern: re.Pattern[str] = attrs.field(init=False)

    @pattern.default
    def _compiled(self) -> re.Pattern[str]:
        return compile_path(self.path)[0]


class Gate:
    """Knows the room of each route. *count* gets the method, route and status of each refusal."""

    def __init__(self, app: ASGIApp, entries: Iterable[Entry], count: Count | None = None) -> None:
        self.app, self._entries, self._count = app, list(entries), count
        self._rooms = {id(entry.room): entry.room for entry in self._entries}.values()
        reply = problem_of(Busy("The server is busy. The request was not executed. Try again."))
        headers = SAFE_HEADERS | dict(reply.headers) | {"Content-Length": str(len(reply.body))}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._status, self._body = reply.status, reply.body
        self._refused, self._logged_at = 0, float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        some_full = scope["type"] == "http" and any(room.is_full for room in self._rooms)
        entry = self._entry(scope) if some_full else None
        if entry is None or not entry.room.is_full:
            await self.app(scope, receive, send)
            return
        if self._count:
            self._count(entry.method, entry.path, self._status)
        self._note(entry.lane)
        headers = [*self._headers, (b"x-request-id", name_of(scope).encode())]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})

    def _entry(self, scope: Scope) -> Entry | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return next((each for each in self._entries if each.method == method and each.pattern.match(path)), None)

    def _note(self, lane: str) -> None:
        self._refused += 1
        now = time.monotonic()
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            log.warning(
                "busy: %d requests were refused since the last such line; no place in `%s`", self._refused, lane
            )
            self._refused, self._logged_at = 0, now
