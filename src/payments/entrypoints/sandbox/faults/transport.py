"""How an answer does not arrive: reset, closed, cut short, or one byte at a time.

FaultyProtocol  the server's protocol, which lets its endpoints reach the connection
Broken          a response that ends the connection; Dripping  one that takes its time
"""

import asyncio
import socket
import struct
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 seconds

TRANSPORT: Final = "sandbox_transport"
_Protocol: Any = AutoHTTPProtocol  # one of two, by what is installed


class FaultyProtocol(_Protocol):  # type: ignore[misc]  # its base is known at run time only
    """uvicorn's protocol; `request.state` of every request has the connection it came by."""

    app_state: dict[str, Any]

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin a connection."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


def transport_of(request: Request) -> asyncio.Transport:
    """Return the connection of a request. Raises RuntimeError under another server than the sandbox's own."""
    found: asyncio.Transport | None = getattr(request.state, TRANSPORT, None)
    if found is None:
        raise RuntimeError("this fault needs the sandbox's own server: run `payments sandbox` or running_sandbox()")
    return found


class Broken(Response):
    """Ends the connection: with a reset, or after the first *told* bytes of the body, 0 for not even a status."""

    def __init__(self, transport: asyncio.Transport, *, reset: bool = False, told: Response | None = None) -> None:
        super().__init__()
        self.transport, self.reset, self.told = transport, reset, told

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """End it, and wait until the server has noticed: it would say 500 otherwise."""
        if self.told is not None:
            body = bytes(self.told.body)
            start = {"type": "http.response.start", "status": self.told.status_code, "headers": self.told.raw_headers}
            await send(start)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if self.reset:
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()
        else:
            self.transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


class Dripping(Response):
    """A response whose body comes one byte at a time, *apart* seconds from each other."""

    def __init__(self, told: Response, apart: float) -> None:
        super().__init__()
        self.told, self.apart = told, apart

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Send it, until the client has had enough."""
        start = {"type": "http.response.start", "status": self.told.status_code, "headers": self.told.raw_headers}
        await send(start)
        transport = scope.get("state", {}).get(TRANSPORT)
        for byte in bytes(self.told.body):
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await asyncio.sleep(self.apart)
            if transport is not None and transport.is_closing():
                return
        await send({"type": "http.response.body", "body": b""})
