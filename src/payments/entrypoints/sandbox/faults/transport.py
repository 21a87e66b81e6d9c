"""The connection of a call, and responses that break it off or take their time.

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
_Protocol: Any = AutoHTTPProtocol  # httptools or h11, whichever is installed


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


def _start(response: Response) -> dict[str, Any]:
    return {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}


class Broken(Response):
    """Ends the connection: with a reset, halfway through *response*, or without a byte."""

    def __init__(self, transport: asyncio.Transport, *, reset: bool = False, response: Response | None = None) -> None:
        super().__init__()
        self.transport, self.reset, self.response = transport, reset, response

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """End it, and wait until the server has noticed: otherwise it would answer 500."""
        if self.response is not None:
            body = bytes(self.response.body)
            await send(_start(self.response))
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
    """A response whose body comes one byte at a time, *apart* seconds from one to the next."""

    def __init__(self, response: Response, apart: float) -> None:
        super().__init__()
        self.response, self.apart = response, apart

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Send it until the client closes the connection."""
        await send(_start(self.response))
        transport = scope.get("state", {}).get(TRANSPORT)
        for byte in bytes(self.response.body):
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await asyncio.sleep(self.apart)
            if transport is not None and transport.is_closing():
                return
        await send({"type": "http.response.body", "body": b""})
