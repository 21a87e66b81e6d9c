"""Serving an application on a socket of this machine. It imports nothing else of `payments`: the sandbox uses it too.

listening_socket   a socket on which callers wait from now on instead of being refused
url_of             its address
serving            a server that runs in a thread
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


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
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": list(socks)}, name="serving", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=close_timeout)
