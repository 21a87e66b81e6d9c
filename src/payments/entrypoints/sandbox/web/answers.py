"""Requests and answers under `/_sandbox/`, as JSON; and the templates of the pages."""

from typing import Any, Final

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import Response

from payments.entrypoints.sandbox.wire.call import read_bytes
from payments.entrypoints.sandbox.wire.envelope import encode
from payments.entrypoints.sandbox.wire.params import decode_json

PAGES: Final = Environment(loader=PackageLoader("payments.entrypoints.sandbox.web"), autoescape=True)


def json_answer(value: Any, status: int = 200) -> Response:
    """Return *value* as JSON in the way of the sandbox's API."""
    return Response(encode(value), status, media_type="application/json")


def error_answer(error: Exception, status: int) -> Response:
    """Return the sentence of *error* as `{"error": …}`."""
    return json_answer({"error": str(error)}, status)


async def read_json(request: Request) -> dict[str, Any]:
    """Return a request's JSON object, empty if it has no body. Raises ValueError for anything else."""
    body = await read_bytes(request)
    return decode_json(body) if body.strip() else {}
