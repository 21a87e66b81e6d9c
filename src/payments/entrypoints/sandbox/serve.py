"""running_sandbox: a sandbox on a socket of this machine, for tests, demos and the command line."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from payments.entrypoints.sandbox.app import sandbox_app
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.faults.transport import FaultyProtocol
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.wire.guard import LOOPBACK


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; ValueError for an address that other machines could reach."""
    if host not in LOOPBACK:
        raise ValueError(f"the sandbox binds to this machine only ({', '.join(sorted(LOOPBACK))}), not to {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay (40 ms a call) off only on a socket that says it is TCP.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except OSError:
        sock.close()
        raise
    return sock


def url_of(sock: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_for(sandbox: Sandbox) -> uvicorn.Server:
    """Return the server of *sandbox*, not yet running."""
    config = uvicorn.Config(
        sandbox_app(sandbox),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        ws="none",
        http=FaultyProtocol,
    )
    return uvicorn.Server(config)


@contextmanager
def running_sandbox(
    settings: SandboxSettings | None = None, *, host: str = "127.0.0.1", port: int = 0, clock: Clock | None = None
) -> Iterator[Sandbox]:
    """Serve a sandbox from a thread: `with running_sandbox() as sandbox: shop = Client(sandbox.url)`."""
    sandbox = Sandbox(settings, clock)
    with listening_socket(host, port) as sock:
        sandbox.served_at(url_of(sock))
        server = server_for(sandbox)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="sandbox", daemon=True)
        thread.start()
        try:
            yield sandbox
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            sandbox.close()
