"""The console: a page at `/_sandbox/` that shows what happens as it happens, and its content as JSON."""

from typing import Final

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.web.answers import PAGES, json_answer
from payments.entrypoints.sandbox.web.console_text import console_words
from payments.entrypoints.sandbox.web.console_view import Console

WELCOME: Final = (
    "A local Iamport sandbox. No payment here is real. Console: /_sandbox/\n"
    "State as JSON: /_sandbox/payments, /_sandbox/calls, /_sandbox/webhooks, /_sandbox/clock, /_sandbox/faults\n"
)
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@attrs.frozen
class ConsoleRoutes:
    """The console page of one sandbox."""

    sandbox: Sandbox

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/", self.welcome),
            Route("/_sandbox", self.welcome),
            Route("/_sandbox/", self.page),
            Route("/_sandbox/console", self.overview),
        ]

    async def welcome(self, request: Request) -> Response:
        """Redirect a person to the console, and answer a program with a line about the sandbox."""
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/_sandbox/", 303)
        return PlainTextResponse(WELCOME)

    async def page(self, request: Request) -> Response:
        """The console, in the language asked for or the browser's own."""
        asked = request.query_params.get("language") or request.headers.get("accept-language", "ko")
        language = "en" if asked.lower().startswith("en") else "ko"
        values = {"t": console_words(language), "language": language, "shop": self.sandbox.settings.shop_name}
        return HTMLResponse(PAGES.get_template("console.html").render(**values), headers=HEADERS)

    async def overview(self, request: Request) -> Response:
        """What the console shows; `find` narrows the payments, `since` leaves out what that version has shown."""
        find, since = request.query_params.get("find", ""), request.query_params.get("since", "")
        return json_answer(await run_in_threadpool(Console(self.sandbox).overview, find, since))
