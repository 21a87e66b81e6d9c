"""Payments inside FastAPI or Starlette: one object that is mounted, and whose lifespan the program enters.

    pay = payments_app(Source.of(), offer=offer_for, buyer=lambda request: request.session.get("user"))
    app = FastAPI(lifespan=pay.lifespan)
    app.mount("/pay", pay)

It opens the store and the provider's connections, runs the worker in threads, and closes all at the end.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import Any, TypeVar

import attrs
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from payments.domain.messages import Message
from payments.domain.values import Caller
from payments.entrypoints.bootstrap import Fronts, opened_on_loop
from payments.entrypoints.hosts.prices import HostPrices
from payments.entrypoints.http.app import http_app
from payments.entrypoints.http.edge.auth import Identity, Who
from payments.entrypoints.rotation.reloading import Reloading, Source
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.rotation.watching import watching
from payments.entrypoints.service import NotStarted, Service
from payments.entrypoints.settings import Settings, with_secret
from payments.entrypoints.worker import Pace, Worker, running_worker

T = TypeVar("T")
Subscriber = Callable[[Message], object]


@attrs.define(eq=False, kw_only=True)
class PaymentsApp:
    """An ASGI application with a lifespan of its own. It works under any path, and behind any `root_path`."""

    settings: Settings | Source
    subscribers: Sequence[Subscriber] = ()
    offer: Callable[[str, str], Any] | None = None
    buyer: Callable[[Request], Any] | None = None
    worker: bool = True
    pace: Pace | None = None
    _app: Starlette | None = attrs.field(default=None, init=False)
    _fronts: Fronts | None = attrs.field(default=None, init=False)

    @asynccontextmanager
    async def lifespan(self, _: Any = None) -> AsyncIterator[None]:
        """Open everything, and close it at the end. Pass it to the program, or enter it in the program's own.

        Raises BadSettings, or what refuses the database.
        """
        prices = HostPrices(self.offer) if self.offer else None
        source, renewals = (self.settings if isinstance(self.settings, Source) else None), Renewals()
        settings = with_secret(self.settings.loaded if isinstance(self.settings, Source) else self.settings)
        opening = opened_on_loop(settings, subscribers=self.subscribers, prices=prices, renewals=renewals)
        with ExitStack() as stack:
            self._fronts = await asyncio.to_thread(stack.enter_context, opening)
            if source:
                reloading = Reloading.shown(source, renewals, settings, self._fronts.loop)
                await asyncio.to_thread(stack.enter_context, watching(reloading, hangup=False))
            if self.worker:
                stack.enter_context(running_worker(Worker.of(self._fronts.blocking, pace=self.pace)))
            self._app = http_app(self._fronts.loop, identify=self._identify if self.buyer else None)
            try:
                async with self._app.router.lifespan_context(self._app):
                    yield
            finally:
                self._app = None
                await self._fronts.leave_loop(0)
                await asyncio.to_thread(stack.close)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request of the mounted path. Raises NotStarted before the lifespan."""
        await _started(self._app)(scope, receive, send)

    @property
    def service(self) -> Service:
        """The service for the program's own coroutines: `await pay.service.checkout.begin(...)`. Raises NotStarted."""
        return _started(self._fronts).loop

    @property
    def blocking(self) -> Service:
        """The service for plain functions: `run(pay.blocking.refunds.refund(...))`. Raises NotStarted."""
        return _started(self._fronts).blocking

    async def _identify(self, request: Request) -> Identity | None:
        """Return the buyer that the host names; None leaves the request to the API's own credentials."""
        found = self.buyer(request) if self.buyer else None
        name = await found if inspect.isawaitable(found) else found
        return Identity(Who.BUYER, Caller.buyer(str(name))) if name else None


def _started(part: T | None) -> T:
    if part is None:
        raise NotStarted("Enter the lifespan of the payments first: FastAPI(lifespan=pay.lifespan).")
    return part


def payments_app(settings: Settings | Source, **options: Any) -> PaymentsApp:
    """Return the application for *settings*. From a `Source`, it takes new secrets when its files change. Options:

    offer         `(buyer, order) -> Offer`, plain or a coroutine: what the program asks for an order
    buyer         `request -> str | None`, plain or a coroutine: who is logged in, by the program's own session. A page
                  of another site cannot send what the API takes, because it takes JSON alone
    subscribers   functions that get every message, such as `handlers.subscriber(...)` of hosts.effects
    worker        False where `payments worker` runs beside the program
    """
    return PaymentsApp(settings=settings, **options)
