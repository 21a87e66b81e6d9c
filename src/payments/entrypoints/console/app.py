"""console_app: the console as an ASGI application. Session, scope and forgery are checked before any page runs."""

import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from payments.domain.errors import PaymentsError
from payments.domain.people.operators import NotSignedIn, ScopeMissing
from payments.domain.use_cases.people.letters import Letters
from payments.entrypoints.console.access import PUBLIC, scope_of
from payments.entrypoints.console.files import file_routes
from payments.entrypoints.console.forms import MAX_FORM, check_csrf, check_origin, fields_of
from payments.entrypoints.console.pages import PAGES, Page
from payments.entrypoints.console.pages.signing import form_cookie, session_cookie
from payments.entrypoints.console.uploads import SentForm, Uploads, is_multipart
from payments.entrypoints.console.visit import FILTERS_COOKIE, LANGUAGE_COOKIE, House, Visit
from payments.entrypoints.http.edge.middleware import ROUTE
from payments.entrypoints.http.edge.threads import Threads
from payments.entrypoints.http.shapes.bodies import read_body
from payments.entrypoints.http.shapes.errors import NoSuchPage, WrongMethod
from payments.entrypoints.people.managing import Managing
from payments.entrypoints.people.sign_in import SignIn
from payments.entrypoints.people.sign_on import SignOn
from payments.entrypoints.service import Service
from payments.entrypoints.settings import Settings, public_url
from payments.entrypoints.stories.words import preferred

AT: Final = "/console"
PAGES_AT_ONCE: Final = 8
PAGES_WAITING: Final = 32
_log = logging.getLogger("payments.console")


@attrs.frozen
class Console:
    """The application, and what ends with it."""

    app: Starlette
    _threads: Threads

    def close(self) -> None:
        """Wait for the pages that are being made."""
        self._threads.close()


def console_app(
    service: Service, sign_in: SignIn, managing: Managing, settings: Settings, sign_on: SignOn | None = None
) -> Console:
    """Return the console over *service*, to be mounted at AT."""
    letters = Letters(outbox=service.outbox, clock=service.clock, trail=service.trail)
    house = House(
        service=service, sign_in=sign_in, managing=managing, letters=letters, settings=settings, sign_on=sign_on
    )
    threads = Threads(PAGES_AT_ONCE, PAGES_WAITING, suspends=service.suspends)
    door = _Door(house, threads, secure=public_url(settings).startswith("https:"))
    app = Starlette(routes=[*_routes(door), *file_routes()], exception_handlers={HTTPException: door.no_route})
    app.router.redirect_slashes = False
    return Console(app, threads)


def _routes(door: "_Door") -> Iterable[BaseRoute]:
    by_path: dict[str, dict[str, Page]] = defaultdict(dict)
    for page in PAGES:
        scope_of(page.method, page.path)
        by_path[page.path][page.method] = page
    for path, methods in by_path.items():
        yield Route(path, door.endpoint(methods), methods=list(methods))


@attrs.frozen
class _Door:
    house: House
    threads: Threads
    secure: bool = attrs.field(kw_only=True)
    uploads: Uploads = attrs.field(factory=Uploads)

    def endpoint(self, methods: dict[str, Page]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            page = methods["GET" if request.method == "HEAD" else request.method]
            request.scope[ROUTE] = (page.method, AT + page.path)
            visit = self._visit(request)
            try:
                with contextlib.closing(await self._sent(page, visit, request)) as sent:
                    return await self.threads.run(self._answered(page, visit, request, sent))
            except PaymentsError as error:
                return visit.error(error)
            except Exception as error:  # noqa: BLE001 - a person gets a page of it, and the log the rest
                _log.exception("the page %s %s failed: internal-error", page.method, AT + page.path)
                return visit.error(error)

        return answer

    async def _sent(self, page: Page, visit: Visit, request: Request) -> SentForm:
        """Return what was sent. A file is read only of an operator who may send it."""
        if page.method != "POST":
            return SentForm()
        if not (page.uploads and is_multipart(request)):
            return SentForm(body=await read_body(request, MAX_FORM))
        await self.threads.run(self._entered(page, visit, request))
        check_origin(request.headers)
        return await self.uploads.read(request)

    async def _answered(self, page: Page, visit: Visit, request: Request, sent: SentForm) -> Response:
        try:
            checked = await self._checked(page, visit, request, sent)
        except NotSignedIn:
            if page.method == "GET" and not visit.is_fragment:
                return visit.go(visit.url("/login", to=visit.path))
            raise
        try:
            return await page.handler(checked)
        except PaymentsError as error:
            return checked.error(error)

    async def _checked(self, page: Page, visit: Visit, request: Request, sent: SentForm) -> Visit:
        """Return the visit with its operator and form. Raises NotSignedIn, ScopeMissing, Forged or BadInput."""
        visit = await self._entered(page, visit, request)
        if page.method != "POST":
            return visit
        check_origin(request.headers)
        fields = fields_of(sent.body) if sent.fields is None else sent.fields
        if not page.forgeable:
            check_csrf(visit.token, fields)
        return attrs.evolve(visit, form=fields, upload=sent.upload)

    async def _entered(self, page: Page, visit: Visit, request: Request) -> Visit:
        """Return the visit with its operator. Raises NotSignedIn or ScopeMissing."""
        scope = scope_of(page.method, page.path)
        token = request.cookies.get(session_cookie(secure=visit.secure), "")
        if scope is PUBLIC:
            token = request.cookies.get(form_cookie(secure=visit.secure), "")
            return attrs.evolve(visit, token=token)
        session, operator = await self.house.sign_in.resume(token)
        if not operator.allows(scope):
            raise ScopeMissing(f"This needs an operator with the scope `{scope}`. Nothing was done.")
        return attrs.evolve(visit, token=token, session=session, operator=operator)

    def _visit(self, request: Request) -> Visit:
        chosen = preferred(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))
        base = request.scope.get("root_path", "")
        query = f"?{request.url.query}" if request.url.query else ""
        return Visit(
            house=self.house,
            base=base,
            path=request.url.path.removeprefix(base) + query,
            params=request.path_params,
            query=dict(request.query_params),
            form={},
            language=chosen,
            address=request.client.host if request.client else "",
            secure=self.secure,
            saved_filters=request.cookies.get(FILTERS_COOKIE, ""),
            is_fragment="hx-request" in request.headers,
        )

    async def no_route(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        wrong: Any = WrongMethod("This page has no such action.")
        missing: Any = NoSuchPage("There is no such page.")
        return self._visit(request).error(wrong if error.status_code == 405 else missing)
