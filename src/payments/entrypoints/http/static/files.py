"""Files that the API serves: payments.js for the shop's pages, and the documentation, which loads nothing else."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

import attrs
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from payments.entrypoints.http.edge.access import access_to
from payments.entrypoints.http.static.content import StaticContent

_HOUR: Final = "public, max-age=3600"
_ANYWHERE: Final = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
_DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@attrs.frozen
class StaticFile:
    """A file of the `static` folder. Browsers keep it for an hour, and then ask whether it is still the same."""

    name: str
    media_type: str
    headers: dict[str, str] = attrs.field(factory=dict)

    def content(self) -> StaticContent:
        """Return the endpoint that serves it."""
        return StaticContent(_read(self.name), self.media_type, {"Cache-Control": _HOUR, **self.headers})


_EACH_TIME: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
_MOUNTS: Final = 8
"""How many paths a process remembers the document of; a proxy may name many."""
_HTML: Final = "text/html; charset=utf-8"
_SCRIPT: Final = "text/javascript; charset=utf-8"
_STYLE: Final = "text/css; charset=utf-8"
FILES: Final = {
    "/payments.js": StaticFile("payments.js", _SCRIPT, {**_ANYWHERE, "Cache-Control": "public, max-age=300"}),
    "/docs": StaticFile("docs.html", _HTML, {"Content-Security-Policy": _DOCS_POLICY}),
    "/docs/docs.js": StaticFile("docs.js", _SCRIPT),
    "/docs/swagger-ui-bundle.js": StaticFile("swagger-ui/swagger-ui-bundle.js", _SCRIPT),
    "/docs/swagger-ui.css": StaticFile("swagger-ui/swagger-ui.css", _STYLE),
}


def static_routes() -> list[Route]:
    """Return a route for each file. The files are read here, not when they are asked for."""
    return [_route(path, file.content()) for path, file in FILES.items()]


class MountedDocument:
    """The OpenAPI document below the path at which the API is mounted, which any page may read."""

    def __init__(self, document: Callable[[str], bytes]) -> None:
        self._document = document
        self._served: dict[str, StaticContent] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("root_path", "")
        if path not in self._served and len(self._served) >= _MOUNTS:
            self._served.clear()
        content = self._served.setdefault(path, StaticContent(self._document(path), "application/json", _EACH_TIME))
        await content(scope, receive, send)


def openapi_route(document: Callable[[str], bytes]) -> Route:
    """Return the route of the OpenAPI *document*, a function of the path at which the API is mounted."""
    return _route("/openapi.json", MountedDocument(document))


def _route(path: str, content: ASGIApp) -> Route:
    if not access_to("GET", path).public:
        raise LookupError(f"{path} is a file, so its row in the table of access must be PUBLIC.")
    return Route(path, content, methods=["GET"], include_in_schema=False)


@cache
def _read(name: str) -> bytes:
    return files("payments.entrypoints.http").joinpath("static", name).read_bytes()
