"""The sandbox over HTTP: the API, the browser side and the administration, as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from payments.entrypoints.sandbox.api.endpoint import api_routes, record_call
from payments.entrypoints.sandbox.api.names import NAMES
from payments.entrypoints.sandbox.api.portone.endpoint import no_route as no_route_of_v2
from payments.entrypoints.sandbox.api.portone.endpoint import portone_routes
from payments.entrypoints.sandbox.api.portone.table import PREFIX
from payments.entrypoints.sandbox.errors import Refusal
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.web.admin import AdminRoutes
from payments.entrypoints.sandbox.web.browser_sdk import PortOneRoutes
from payments.entrypoints.sandbox.web.console import ConsoleRoutes
from payments.entrypoints.sandbox.web.faults import FaultRoutes
from payments.entrypoints.sandbox.web.window import WindowRoutes
from payments.entrypoints.sandbox.wire.envelope import Envelope
from payments.entrypoints.sandbox.wire.guard import Guard

TICK_SECONDS: Final = 0.2


async def tick(sandbox: Sandbox) -> None:
    """Try schedules when they are due by the clock, also while there are no calls."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        if sandbox.is_due():
            await run_in_threadpool(sandbox.catch_up)


def sandbox_app(sandbox: Sandbox) -> Starlette:
    """Return an ASGI application that serves *sandbox*; it stops the webhooks when it shuts down."""

    async def no_route(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(PREFIX):
            return no_route_of_v2()
        status = error.status_code if isinstance(error, HTTPException) else 404
        envelope = Envelope.of(Refusal(status, -1, sandbox.settings.guesses.no_route_text))
        if not request.url.path.startswith("/_sandbox"):
            record_call(sandbox, request, None, envelope)
        return envelope.rendered()

    async def broken(_: Request, error: Exception) -> Response:
        return Envelope.of(Refusal(500, -1, f"The sandbox failed: {type(error).__name__}. See its log.")).rendered()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(tick(sandbox))
        yield
        ticking.cancel()
        sandbox.close()

    sandbox.faults.know(NAMES)
    admin = AdminRoutes(sandbox)
    windows = WindowRoutes(sandbox)
    pages = [*ConsoleRoutes(sandbox).routes(), *windows.routes(), *PortOneRoutes(windows).routes()]
    around = [*pages, *admin.routes(), *FaultRoutes(admin).routes()]
    app = Starlette(
        routes=[*around, *portone_routes(sandbox), *api_routes(sandbox)],
        middleware=[Middleware(Guard, is_v2=sandbox.portone.is_served_on, prefix=PREFIX)],
        exception_handlers={HTTPException: no_route, Exception: broken},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app
