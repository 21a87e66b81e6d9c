"""serve: the API as a process of its own, until SIGTERM or SIGINT."""

import contextlib
import importlib.util
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Final

import attrs
import uvicorn

from payments.entrypoints.bootstrap import opened
from payments.entrypoints.http.app import http_app
from payments.entrypoints.http.edge.head_deadline import is_fast, protocol
from payments.entrypoints.log_lines import in_background
from payments.entrypoints.service import BadSettings
from payments.entrypoints.serving import listening_socket
from payments.entrypoints.settings import Settings
from payments.entrypoints.worker import Worker, running_worker

log = logging.getLogger("payments.http")
GRACE_SECONDS: Final = 20  # how long running requests may take when stopping: longer than any deadline
BACKLOG: Final = 2048  # connections that wait to be accepted


def serve(settings: Settings, announce: Callable[[Settings], None], *, with_worker: bool = False) -> None:
    """Serve the API, with a worker if asked, until SIGTERM or SIGINT. Running requests are finished.

    *announce* is called with the settings that hold the actual port, once the socket listens. Raises BadSettings if
    the address is not available, and whatever refuses the database or the provider's settings.
    """
    with _stoppable(), in_background(), contextlib.ExitStack() as stack:
        sock = stack.enter_context(_listening_socket(settings.http.host, settings.http.port))
        actual = attrs.evolve(settings, http=attrs.evolve(settings.http, port=sock.getsockname()[1]))
        service = stack.enter_context(opened(actual))
        if with_worker:
            stack.enter_context(running_worker(Worker.of(service)))
        announce(actual)
        log.info("%s", engine())
        config = uvicorn.Config(
            http_app(service),
            http=protocol(),
            loop="auto",  # uvloop, where it is installed
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws="none",
        )
        uvicorn.Server(config).run(sockets=[sock])


def engine() -> str:
    """Return a sentence about what parses requests and runs the event loop."""
    uvloop = importlib.util.find_spec("uvloop") is not None
    if is_fast() and uvloop:
        return "Requests are parsed by httptools, on uvloop."
    parser, loop = "httptools" if is_fast() else "h11", "uvloop" if uvloop else "asyncio"
    return f"Requests are parsed by {parser}, on {loop}. With httptools and uvloop they would cost less CPU."


def _listening_socket(host: str, port: int) -> socket.socket:
    try:
        return listening_socket(host, port, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise BadSettings(f"Cannot listen on {host}:{port} ({error}). Nothing was started.") from None


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Turn SIGTERM into an orderly exit: uvicorn raises the signal again after its shutdown, which would kill us."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
