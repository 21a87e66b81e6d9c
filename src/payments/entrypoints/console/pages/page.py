"""Page: one page or action of the console as data."""

from collections.abc import Callable, Coroutine
from typing import Any

import attrs
from starlette.responses import Response

from payments.entrypoints.console.visit import Visit

Handler = Callable[[Visit], Coroutine[Any, Any, Response]]


@attrs.frozen
class Page:
    """`forgeable`: it changes nothing but the reader's own language. `uploads`: its form may have a file."""

    method: str
    path: str
    handler: Handler
    forgeable: bool = False
    uploads: bool = False
