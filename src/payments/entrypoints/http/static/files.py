"""Files that the API serves: payments.js for the shop's pages, and the documentation, which loads nothing else."""

import hashlib
from importlib.resources import files
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HOUR: Final = "public, max-age=3600"
_ANYWHERE: Final = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
_DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@attrs.frozen
class StaticFile:
    """A file of the `static` folder, served with an ETag, so that a browser that has it gets a 304."""

    name: str
    media_type: str
    headers: dict[str, str] = attrs.field(factory=dict)

    async def __call__(self, request: Request) -> Response:
        body = self._body()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"Cache-Control": _HOUR, **self.headers, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=self.media_type, headers=headers)

    def _body(self) -> bytes:
        return files("payments.entrypoints.http").joinpath("static", self.name).read_bytes()


_SCRIPT: Final = "text/javascript"
FILES: Final = {
    "/payments.js": StaticFile("payments.js", _SCRIPT, {**_ANYWHERE, "Cache-Control": "public, max-age=300"}),
    "/docs": StaticFile("docs.html", "text/html", {"Content-Security-Policy": _DOCS_POLICY}),
    "/docs/docs.js": StaticFile("docs.js", _SCRIPT),
    "/docs/swagger-ui-bundle.js": StaticFile("swagger-ui/swagger-ui-bundle.js", _SCRIPT),
    "/docs/swagger-ui.css": StaticFile("swagger-ui/swagger-ui.css", "text/css"),
}


def static_routes() -> list[Route]:
    """Return a route for each file."""
    return [Route(path, file.__call__, methods=["GET"], include_in_schema=False) for path, file in FILES.items()]
