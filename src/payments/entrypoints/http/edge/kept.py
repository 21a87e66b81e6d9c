"""KeptConnection: when a connection that waits for its next request ends, and how its client knows.

A server that closes a connection while the client sends its next request leaves that request without an answer, and the
client cannot know whether it was executed. So each answer says how long its connection may wait (`Keep-Alive`), or that
it closes now (`Connection: close`). The server itself waits longer than it says, and longer than the proxies
and load balancers before it, which keep a connection for 60 seconds.
"""

import asyncio
from typing import Any, Final

KEEP_SECONDS: Final = 75
ANNOUNCED_SECONDS: Final = 60
LAST_READ_SECONDS: Final = 0.1
_KEPT: Final = (b"keep-alive", b"timeout=%d" % ANNOUNCED_SECONDS)
_CLOSED: Final = (b"connection", b"close")


class KeptConnection:
    """Stands before a protocol of uvicorn, which calls `announce` with each cycle (a request with its answer).

    While three quarters of `most_connections` are held, each answer closes its connection, so that those who wait for
    nothing do not keep others out.
    """

    most_connections: int
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    connections: set[Any]
    cycle: Any
    timeout_keep_alive: float
    timeout_keep_alive_task: asyncio.TimerHandle | None

    def announce(self) -> None:
        """Have the answer of the newest request say what becomes of its connection."""
        crowded = 4 * len(self.connections) > 3 * self.most_connections
        said = _CLOSED if crowded else _KEPT
        if said is _CLOSED or _CLOSED not in self.cycle.scope["headers"]:
            self.cycle.default_headers = [*self.cycle.default_headers, said]

    def wait_for_next(self) -> None:
        """Begin to count how long the connection waits for a request."""
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless a request has come that a busy event loop has not read yet."""
        close = super().timeout_keep_alive_handler  # type: ignore[misc]  # the protocol's
        self.timeout_keep_alive_task = self.loop.call_later(LAST_READ_SECONDS, close)

    def shutdown(self) -> None:
        """Close the connection, or let the answer that is being made say that it is the last one."""
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.default_headers = [*self.cycle.default_headers, _CLOSED]
        super().shutdown()  # type: ignore[misc]  # the protocol's
