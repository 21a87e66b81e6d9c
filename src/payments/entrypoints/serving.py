"""Serving an application on a socket of this machine. It imports nothing else of `payments`: the sandbox uses it too.

listening_socket   a socket on which callers wait from now on instead of being refused
url_of             its address
serving            a server that runs in a thread
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

TICK_SECONDS = 0.1
"""How often uvicorn looks at its clock, for the header `Date`."""
LAST_PASSES = 10
"""Passes of the loop before the end: what has arrived by then is read, because closing on it resets a connection."""


def listening_socket(host: str, port: int, backlog: int = 128) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises OSError and OverflowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's delay (40 ms an answer) only on a socket that is said to be TCP.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(backlog)
    except (OSError, OverflowError):
        sock.close()
        raise
    return sock


def url_of(sock: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def serving(config: uvicorn.Config, *socks: socket.socket, close_timeout: float = 10) -> Iterator[None]:
    """Serve *config* on *socks* from a thread, and wait up to *close_timeout* seconds for it to stop at the end."""
    server = _Prompt(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": list(socks)}, name="serving", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(timeout=close_timeout)


class _Prompt(uvicorn.Server):
    """Stops at once where nothing is at work. uvicorn looks every tenth of a second, and then waits for another one."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()

    def stop(self) -> None:
        """End the server, from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # its loop has ended already
                self._loop.call_soon_threadsafe(self._asked.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for _ in range(LAST_PASSES):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # those that nothing is at work on are gone now
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for sock in sockets or []:
            sock.close()
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()
