"""StrictHeads: refuses a head that two servers could read differently, or that is meant for another host."""

from collections.abc import Collection, Sequence
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from payments.entrypoints.http.shapes.errors import HeadTooLarge, Malformed, RequestError, WrongHost
from payments.entrypoints.http.shapes.problems import reply_to

MAX_HEADERS: Final = 100
_PROBES: Final = ("/healthz", "/readyz")
"""Probes call an address and know no name."""

Headers = Sequence[tuple[bytes, bytes]]


class StrictHeads:
    """With `hosts`, a request whose `Host` is none of them is refused. A refused request closes its connection."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app = app
        self.hosts = frozenset(host.lower().encode() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trouble = self._trouble(scope["headers"], scope["path"]) if scope["type"] == "http" else None
        if trouble is None:
            await self.app(scope, receive, send)
            return
        reply = reply_to(trouble)
        headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
        headers += [(b"connection", b"close"), (b"content-length", str(len(reply.body)).encode())]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    def _trouble(self, headers: Headers, path: str) -> RequestError | None:
        if len(headers) > MAX_HEADERS:
            return HeadTooLarge(f"The request has more than {MAX_HEADERS} headers.")
        names = {name for name, _ in headers}
        if b"content-length" in names and b"transfer-encoding" in names:
            return Malformed("Content-Length and Transfer-Encoding exclude each other.")
        given = [value.lower() for name, value in headers if name == b"host"]
        if self.hosts and path not in _PROBES and not (len(given) == 1 and _without_port(given[0]) in self.hosts):
            return WrongHost("This service is not reached under this host name.")
        return None


def _without_port(host: bytes) -> bytes:
    head, colon, port = host.rpartition(b":")
    return head if colon and port.isdigit() else host
