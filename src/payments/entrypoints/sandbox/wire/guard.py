"""Guard: only programs and pages of this machine may call the sandbox; paths stay percent-encoded."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from payments.entrypoints.sandbox.errors import Refusal
from payments.entrypoints.sandbox.wire.envelope import Envelope

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
FOREIGN: Final = Refusal(403, -1, "This sandbox serves its own machine only: Host or Origin is foreign.")


def is_loopback(address: str) -> bool:
    """Whether *address*, an origin or a Host header, is this machine."""
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname in LOOPBACK
    except ValueError:
        return False


class Guard:
    """ASGI middleware: refuses foreign hosts (DNS rebinding) and origins (other sites' scripts)."""

    def __init__(self, app: ASGIApp, is_v2: Callable[[int], bool], prefix: str) -> None:
        self.app, self.is_v2, self.prefix = app, is_v2, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its path percent-encoded (a merchant_uid may hold a slash) and without a last `/`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        host, origin = headers.get(b"host", b"").decode("latin-1"), headers.get(b"origin", b"").decode("latin-1")
        if not is_loopback(host) or (origin and not is_loopback(origin)):
            await Envelope.of(FOREIGN).rendered()(scope, receive, send)
            return
        path = scope["raw_path"].decode("ascii")
        if not path.startswith("/_sandbox"):
            path = path.rstrip("/") or "/"
            path = self.of_its_port(path, scope)
        await self.app({**scope, "path": path}, receive, send)

    def of_its_port(self, path: str, scope: Scope) -> str:
        """Return where the routes of V2 stand, for a path of its own port; it differs from V1 by host."""
        _, port = scope.get("server") or ("", 0)
        on_v2 = self.is_v2(port or 0) and path != "/" and not path.startswith(f"{self.prefix}/")
        return self.prefix + path if on_v2 else path
