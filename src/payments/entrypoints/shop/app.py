"""shop_app: the demo shop as an ASGI application, with the headers of every page."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payments.entrypoints.shop.client import PaymentsClient
from payments.entrypoints.shop.pages import Pages
from payments.entrypoints.shop.settings import ShopSettings
from payments.entrypoints.shop.showing import Visit

STATIC: Final = Path(__file__).parent / "static"


def shop_app(settings: ShopSettings) -> Starlette:
    """Return the shop as an application."""

    async def missing(request: Request, _: Exception) -> Response:
        return Visit.of(request, settings).trouble("missing", 404)

    pages = Pages(settings, PaymentsClient(settings.api))
    return Starlette(
        routes=[*pages.routes(), Mount("/shop", StaticFiles(directory=STATIC))],
        middleware=[Middleware(SafeHeaders, policy=settings.policy)],
        exception_handlers={404: missing},
    )


class SafeHeaders:
    """ASGI middleware: strict headers on every response, and no forms from other sites."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin-allow-popups",  # some providers' windows are pop-ups
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/shop/") else "no-store")
            await send(message)

        if scope["type"] == "http" and scope["method"] == "POST" and _is_foreign(Headers(scope=scope)):
            await PlainTextResponse("This form was sent from another site. Nothing was changed.", 403)(
                scope, receive, sending
            )
            return
        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def _is_foreign(headers: Headers) -> bool:
    """Return whether a browser says that another site sent this form; older ones say it with `Origin` alone."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
