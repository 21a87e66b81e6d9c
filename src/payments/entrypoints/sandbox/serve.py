"""running_sandbox: a sandbox on a socket of this machine, for tests, demos and the command line."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from payments.entrypoints.sandbox.app import sandbox_app
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.faults.transport import FaultyProtocol
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.wire.guard import LOOPBACK
from payments.entrypoints.serving import listening_socket, serving, url_of


def loopback_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises ValueError for an address that other machines can reach."""
    if host not in LOOPBACK:
        raise ValueError(f"the sandbox listens on this machine only ({', '.join(sorted(LOOPBACK))}), not on {host}")
    return listening_socket(host, port)


def server_config(sandbox: Sandbox, sock: socket.socket, v2_sock: socket.socket) -> uvicorn.Config:
    """Return the server configuration of *sandbox* on two sockets, one for each generation, and set its addresses."""
    sandbox.served_at(url_of(sock), url_of(v2_sock))
    return uvicorn.Config(
        sandbox_app(sandbox),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        ws="none",
        http=FaultyProtocol,
    )


@contextmanager
def running_sandbox(
    settings: SandboxSettings | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    v2_port: int = 0,
    clock: Clock | None = None,
) -> Iterator[Sandbox]:
    """Serve a sandbox from a thread: `with running_sandbox() as sandbox: shop = Client(sandbox.url)`.

    V2 differs from V1 by its host; here it has a port of its own, and `sandbox.portone.url` is where it answers.
    """
    sandbox = Sandbox(settings, clock)
    try:
        with (
            loopback_socket(host, port) as sock,
            loopback_socket(host, v2_port) as v2_sock,
            serving(server_config(sandbox, sock, v2_sock), sock, v2_sock),
        ):
            yield sandbox
    finally:
        sandbox.close()
