"""Commands that run until they are stopped: serve, worker."""

import contextlib
import logging
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import attrs
from cyclopts import Parameter

from payments.entrypoints.cli.common import DEFAULT, Common, say
from payments.entrypoints.display import one_line
from payments.entrypoints.service import BadSettings

if TYPE_CHECKING:
    from payments.entrypoints.settings import Settings

GRACE: Final = 20  # seconds that requests at work may take when stopping: longer than any deadline


def serve(
    *,
    host: str | None = None,
    port: int | None = None,
    with_worker: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> None:
    """Serve the HTTP API until SIGTERM or Ctrl-C; requests at work are finished.

    Parameters
    ----------
    host
        The address to listen on, before http.host.
    port
        The port to listen on, before http.port; 0 takes a free one.
    with_worker
        Run a worker in this process too: enough for a shop on one machine.
    """
    import uvicorn

    from payments.entrypoints.bootstrap import opened
    from payments.entrypoints.http.app import http_app
    from payments.entrypoints.http.edge.head_deadline import Patient
    from payments.entrypoints.settings import load_settings

    settings = _with_address(load_settings(common.config), host, port)
    set_up_logging()
    with _stoppable(), contextlib.ExitStack() as stack:
        sock = stack.enter_context(_listening(settings.http.host, settings.http.port))
        settings = _with_address(settings, None, sock.getsockname()[1])
        service = stack.enter_context(opened(settings))
        if with_worker:
            from payments.entrypoints.worker import Worker, running_worker

            stack.enter_context(running_worker(Worker.of(service)))
        _announce(settings)
        config = uvicorn.Config(
            http_app(service),
            http=Patient,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            ws="none",
        )
        uvicorn.Server(config).run(sockets=[sock])


def worker(*, heartbeat: Path | None = None, common: Common = DEFAULT) -> int:
    """Look again at what is due, walk the provider's list and tell the shop, until SIGTERM or Ctrl-C.

    Parameters
    ----------
    heartbeat
        A file that is written every few seconds while all is well, for a probe.
    """
    from payments.entrypoints.settings import load_settings
    from payments.entrypoints.worker.command import worker as work

    settings = load_settings(common.config)
    set_up_logging()
    return work(settings, heartbeat=heartbeat)


def _with_address(settings: "Settings", host: str | None, port: int | None) -> "Settings":
    http = attrs.evolve(
        settings.http,
        host=settings.http.host if host is None else host,
        port=settings.http.port if port is None else port,
    )
    return attrs.evolve(settings, http=http)


def _listening(host: str, port: int) -> socket.socket:
    from payments.entrypoints.serving import listening_socket

    try:
        return listening_socket(host, port, backlog=2048)
    except (OSError, OverflowError) as error:
        raise BadSettings(f"Cannot listen on {host}:{port} ({error}). Nothing was started.") from None


def _announce(settings: "Settings") -> None:
    from payments.entrypoints.settings import public_url

    money = "real money" if settings.mode == "live" else "test money only"
    say(f"payments API ({money}) at {public_url(settings)}, documented at {public_url(settings)}/docs")
    if not settings.http.secret.get_secret_value():
        say("http.secret is not set: client tokens end with this process, and other processes do not know them.")


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Leave in order on SIGTERM: uvicorn finishes its requests and raises the signal again, which would kill us."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


class OneLine(logging.Formatter):
    """Keeps a message on its line: strangers choose the names of orphans, and must not write lines of their own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return one_line(super().formatMessage(record))


def set_up_logging() -> None:
    """Log to stderr, in UTC, each line with the id of the request it belongs to."""
    from payments.entrypoints.http.edge.middleware import RequestIds

    handler = logging.StreamHandler()
    formatter = OneLine("%(asctime)sZ %(levelname)s %(name)s [%(request_id)s] %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestIds())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
