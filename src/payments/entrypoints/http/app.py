"""http_app: the API as an ASGI application. Parse, call one use case, render; no payment rule is implemented here."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request as Received
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from payments.domain.errors import PaymentsError
from payments.entrypoints.http.edge.auth import Identity
from payments.entrypoints.http.edge.gate import Count, Entry, Gate
from payments.entrypoints.http.edge.heads import StrictHeads
from payments.entrypoints.http.edge.middleware import ROUTE, Requests, SafeHeaders
from payments.entrypoints.http.edge.preflights import Preflights
from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.openapi import document
from payments.entrypoints.http.operations import Lane, Operation, Request, perform
from payments.entrypoints.http.routes import channels as routes_channels
from payments.entrypoints.http.routes import health as routes_health
from payments.entrypoints.http.routes import orphans as routes_orphans
from payments.entrypoints.http.routes import outside as routes_outside
from payments.entrypoints.http.routes import payments as routes_payments
from payments.entrypoints.http.routes import provider as routes_provider
from payments.entrypoints.http.routes import reconciliations as routes_reconciliations
from payments.entrypoints.http.routes import refunds as routes_refunds
from payments.entrypoints.http.routes import reports as routes_reports
from payments.entrypoints.http.routes import settlements as routes_settlements
from payments.entrypoints.http.shapes.bodies import read_body
from payments.entrypoints.http.shapes.errors import NoSuchPage, RequestError, WrongMethod
from payments.entrypoints.http.shapes.problems import Reply, reply_to
from payments.entrypoints.http.static.files import openapi_route, static_routes
from payments.entrypoints.service import Service, Web

OPERATIONS: Final[tuple[Operation, ...]] = (
    *routes_provider.OPERATIONS,  # before the payments, because /payments/return is not a merchant id
    *routes_payments.OPERATIONS,
    *routes_refunds.OPERATIONS,
    *routes_outside.OPERATIONS,
    *routes_orphans.OPERATIONS,
    *routes_reports.OPERATIONS,
    *routes_settlements.OPERATIONS,
    *routes_reconciliations.OPERATIONS,
    *routes_channels.OPERATIONS,
    *routes_health.OPERATIONS,
)

PROBE_SECONDS: Final = 5.0
"""A probe that gets no answer says nothing; one that says 503 does."""

Lanes = Mapping[Lane, Threads]
Identify = Callable[[Received], Coroutine[Any, Any, Identity | None]]


class Pages(Protocol):
    """The console: an application of its own below `/console`."""

    @property
    def app(self) -> ASGIApp: ...

    def close(self) -> None:
        """Wait for the pages that are being made."""


def http_app(service: Service, identify: Identify | None = None, console: Pages | None = None) -> Starlette:
    """Return the application. It starts no worker and does not close *service*; the caller closes it.

    A host program's *identify* names the buyer of a request without credentials, by the host's own session.
    """
    web = service.web
    lanes = {
        lane: Threads(threads, queue, suspends=service.suspends, seconds=PROBE_SECONDS if lane is Lane.PROBES else None)
        for lane, (threads, queue) in rooms(web).items()
    }

    if service.metrics:
        service.metrics.watch_rooms({lane.value: threads for lane, threads in lanes.items()})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        for threads in lanes.values():
            threads.close()
        if console:
            console.close()

    pages = [Mount("/console", console.app)] if console else []
    app = Starlette(
        routes=[*_routes(service, lanes, identify), openapi_route(_document), *static_routes(), *pages],
        middleware=_middleware(web, lanes, service.metrics.request if service.metrics else None),
        exception_handlers={HTTPException: _no_route, PaymentsError: _problem},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def rooms(web: Web) -> dict[Lane, tuple[int, int]]:
    """Return how many calls may run and wait in each lane."""
    return {
        Lane.PROVIDER: (web.threads, web.queue),
        Lane.STORE: (web.readers, web.queue),
        Lane.STRANGERS: (web.strangers, max(web.queue // 4, 1)),
        Lane.HINTS: (web.strangers, web.queue * 4),  # the provider does not repeat a webhook
        Lane.PROBES: (1, max(web.queue // 4, 1)),
    }


def _routes(service: Service, lanes: Lanes, identify: Identify | None) -> Iterable[Route]:
    """One route per path, so that the answer to a wrong method lists all allowed ones."""
    by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
    for operation in OPERATIONS:
        by_path[operation.path][operation.method] = operation
    for path, methods in by_path.items():
        yield Route(path, _endpoint(service, lanes, methods, identify), methods=list(methods))


def _endpoint(service: Service, lanes: Lanes, methods: dict[str, Operation], identify: Identify | None) -> Any:
    async def endpoint(received: Received) -> Response:
        operation = methods["GET" if received.method == "HEAD" else received.method]
        received.scope[ROUTE] = (operation.method, operation.path)
        request = Request(
            path=received.path_params,
            query=received.query_params.multi_items(),
            headers=received.headers,
            body=await read_body(received, operation.max_body),
            address=received.client.host if received.client else "",
            identity=await identify(received) if identify and "authorization" not in received.headers else None,
        )
        work = perform(operation, service, request)
        return _rendered(await (work if operation.lane is Lane.LOOP else lanes[operation.lane].run(work)))

    return endpoint


def entries(lanes: Lanes) -> Iterable[Entry]:
    """Return each route that runs in a lane, for the gate."""
    return [Entry(each.method, each.path, each.lane, lanes[each.lane]) for each in OPERATIONS if each.lane in lanes]


@lru_cache(maxsize=8)
def _document(root_path: str) -> bytes:
    return msgspec.json.encode(document(OPERATIONS, root_path))


def _middleware(web: Web, lanes: Lanes, count: Count | None) -> list[Middleware]:
    cors = Middleware(
        Preflights,
        count=count,
        shown=web.shown_address,
        allow_origins=web.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=["Retry-After", "RateLimit", "RateLimit-Policy", "Idempotent-Replayed", "X-Request-Id"],
    )
    strict = Middleware(StrictHeads, hosts=web.allowed_hosts)
    return [
        *([cors] if web.allowed_origins else []),
        Middleware(Gate, entries=entries(lanes), count=count),
        Middleware(Requests, count=count, shown=web.shown_address),
        Middleware(SafeHeaders),
        strict,
    ]


async def _problem(_: Received, error: Exception) -> Response:
    if not isinstance(error, PaymentsError):
        raise error
    return _rendered(reply_to(error))


async def _no_route(received: Received, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    reply = reply_to(_problem_of(received, error))
    return _rendered(Reply(reply.status, reply.body, {**(error.headers or {}), **reply.headers}))


def _problem_of(received: Received, error: HTTPException) -> PaymentsError:
    if error.status_code == 404:
        return NoSuchPage("This address does not exist.")
    if error.status_code == 405:
        return WrongMethod(f"This address does not allow {received.method}.")
    return RequestError(error.detail)


def _rendered(reply: Reply) -> Response:
    return Response(reply.body, reply.status, headers=dict(reply.headers))
