"""The files of the console: our styles and scripts, htmx and Chart.js, all in the package; no other host is asked."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from starlette.routing import BaseRoute, Route

from payments.entrypoints.http.static.content import StaticContent

_STYLE: Final = "text/css; charset=utf-8"
_SCRIPT: Final = "text/javascript; charset=utf-8"
_HOUR: Final = {"Cache-Control": "public, max-age=3600"}
FILES: Final = {
    "console.css": _STYLE,
    "console.js": _SCRIPT,
    "plots.js": _SCRIPT,
    "icon.svg": "image/svg+xml",
    "htmx/htmx.min.js": _SCRIPT,
    "chart/chart.umd.min.js": _SCRIPT,
}


def file_routes() -> Iterable[BaseRoute]:
    """Yield a route for each file, which anybody may read."""
    for name, media_type in FILES.items():
        body = files("payments.entrypoints.console").joinpath("static", name).read_bytes()
        yield Route(f"/static/{name}", StaticContent(body, media_type, _HOUR), methods=["GET"])
