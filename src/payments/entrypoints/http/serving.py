"""serve: the API as one process or several, until SIGTERM or SIGINT."""

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import attrs
import uvicorn

from payments.entrypoints.bootstrap import Fronts, opened_on_loop
from payments.entrypoints.http.app import Pages, http_app
from payments.entrypoints.http.edge import descriptors, heap
from payments.entrypoints.http.edge.head_deadline import MAX_HEAD_SIZE
from payments.entrypoints.http.edge.kept import KEEP_SECONDS
from payments.entrypoints.http.edge.protocols import is_fast, protocol
from payments.entrypoints.log_lines import in_background
from payments.entrypoints.rotation.reloading import Reloading, Source
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.rotation.watching import watching
from payments.entrypoints.service import BadSettings, Service
from payments.entrypoints.serving import listening_socket
from payments.entrypoints.settings import Settings, with_secret
from payments.entrypoints.settings.derived import max_concurrent_calls
from payments.entrypoints.supervisor import Place, Supervisor
from payments.entrypoints.worker import Worker, running_worker

log = logging.getLogger("payments.http")
GRACE_SECONDS: Final = 20  # how long what is at work may take when stopping; then it is cut off
MakePages = Callable[[Service, Settings, Renewals], Pages | None]
BACKLOG: Final = 512  # connections that wait to be accepted; as many are tried at a time when none can be
END_SECONDS: Final = 15.0  # how long after the grace a process may still close what it has; then it is ended


def _no_pages(_: Service, __: Settings, ___: Renewals) -> Pages | None:
    return None


def serve(
    settings: Settings,
    announce: Callable[[Settings], None],
    *,
    with_worker: bool = False,
    processes: int = 1,
    pages: MakePages = _no_pages,
    source: Source | None = None,
) -> None:
    """Serve the API, with a worker if asked, until SIGTERM or SIGINT. Running requests get GRACE_SECONDS.

    *announce* is called with the settings that hold the actual port, once the socket listens. *pages* makes the console
    of a process. From *source*, each process takes new secrets while it runs. With several *processes* each is held on
    one core, and the worker runs in the first. Raises BadSettings if the address is not available or several processes
    are not possible, and whatever refuses the database or the provider's settings.
    """
    if processes != 1:
        _check_processes(settings, processes)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_stoppable() if processes == 1 else contextlib.nullcontext())
        sock = stack.enter_context(_listening_socket(settings.http.host, settings.http.port))
        shown = attrs.evolve(settings, http=attrs.evolve(settings.http, port=sock.getsockname()[1]))
        serving = with_secret(shown)
        if processes == 1:
            _serve_one(serving, sock, lambda: announce(shown), pages, source, with_worker=with_worker)
            return

        def work(place: Place) -> None:
            with _stoppable():
                _serve_one(serving, sock, place.ready, pages, source, with_worker=with_worker and place.number == 0)

        Supervisor(work, processes).run(lambda: announce(shown))


def _serve_one(
    settings: Settings,
    sock: socket.socket,
    ready: Callable[[], None],
    pages: MakePages,
    source: Source | None,
    *,
    with_worker: bool,
) -> None:
    limit, renewals = descriptors.prepare(), Renewals()
    with in_background(), contextlib.ExitStack() as stack:
        fronts = stack.enter_context(opened_on_loop(settings, renewals=renewals))
        if with_worker:
            stack.enter_context(running_worker(Worker.of(fronts.blocking)))
        app = http_app(fronts.loop, console=pages(fronts.loop, settings, renewals))
        if source:
            stack.enter_context(watching(Reloading.shown(source, renewals, settings, fronts.loop)))
        connections = descriptors.most_connections(limit, max_concurrent_calls(settings) + fronts.calls)
        ready()
        log.info("%s %s", engine(), fronts.caller)
        log.info("At most %d connections at a time; this process may open %d files.", connections, limit)
        config = uvicorn.Config(
            app,
            http=protocol(connections),
            loop="auto",  # uvloop, where it is installed
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=KEEP_SECONDS,
            backlog=BACKLOG,
            forwarded_allow_ips=list(settings.http.trusted_proxies),
            h11_max_incomplete_event_size=MAX_HEAD_SIZE,
            ws="none",
        )
        heap.settle()
        _Server(config, fronts).run(sockets=[sock])


class _Server(uvicorn.Server):
    """Gives all that is at work the same grace when it stops: requests, and refunds that outlive theirs."""

    def __init__(self, config: uvicorn.Config, fronts: Fronts) -> None:
        super().__init__(config)
        self._fronts = fronts

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(descriptors.OnceInAWhile())
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _end_after(GRACE_SECONDS + END_SECONDS)
        ends = time.monotonic() + GRACE_SECONDS
        await super().shutdown(sockets)
        left = max(0.0, ends - time.monotonic())
        await self._fronts.leave_loop(0 if self.force_exit else left)


def _end_after(seconds: float) -> None:
    """End this process in *seconds* whatever it waits for then: what it had acknowledged is stored."""

    def end() -> None:
        os.write(2, b"The server did not stop in time, so it is ended. What was unfinished becomes due again.\n")
        os._exit(os.EX_TEMPFAIL)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _check_processes(settings: Settings, processes: int) -> None:
    if processes < 1:
        raise BadSettings(f"--processes must be 1 or more; got {processes}. Nothing was started.")
    if not hasattr(os, "fork"):
        raise BadSettings("This system cannot serve with several processes. Nothing was started.")
    if not settings.database.url.startswith("postgres"):
        raise BadSettings(
            "Several processes need PostgreSQL. SQLite lets one process write at a time, so a second one adds nothing "
            "but waiting. Use --processes 1, or `payments db move` to PostgreSQL. Nothing was started."
        )


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
