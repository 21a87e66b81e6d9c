"""The wire: the envelope as the original writes it, and a request as its handlers read it."""

import json
from decimal import Decimal
from typing import Any, Final
from urllib.parse import unquote

import attrs
from starlette.requests import Request
from starlette.responses import Response

from payments.entrypoints.sandbox.payments.messages import Refusal, RefusedError
from payments.entrypoints.sandbox.wire.params import Params, decode_form, decode_json, nest

BODY_MAX: Final = 1 << 20
SECRET_FIELDS: Final = frozenset({"imp_secret", "imp_key", "card_number", "pwd_2digit", "birth", "cvc", "expiry"})


def plain(amount: Any) -> int | float:
    """Return a Decimal as the JSON number Iamport would write: whole where it is whole."""
    if not isinstance(amount, Decimal):
        raise TypeError(f"no JSON for {type(amount).__name__}")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def encode(value: Any) -> bytes:
    """Return JSON as the original's PHP writes it: sorted keys, non-ASCII as \\uXXXX, slashes escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=plain, allow_nan=False)
    return text.replace("/", "\\/").encode("ascii")


@attrs.frozen
class Reply:
    """What a handler answers: the envelope's `response` and the HTTP status."""

    response: Any
    http: int = 200


@attrs.frozen
class Envelope:
    """A whole answer of the API."""

    http: int
    code: int
    message: str | None
    response: Any

    @classmethod
    def of(cls, reply: Reply | Refusal) -> "Envelope":
        """Return the envelope of a success or a refusal."""
        if isinstance(reply, Refusal):
            return cls(reply.http, reply.code, reply.message, None)
        return cls(reply.http, 0, None, reply.response)

    def rendered(self) -> Response:
        """Return it as an HTTP response."""
        body = encode({"code": self.code, "message": self.message, "response": self.response})
        return Response(body, self.http, media_type="application/json; charset=UTF-8")


@attrs.frozen
class Call:
    """One call of the API, read."""

    method: str
    path: str
    places: dict[str, str]
    """The parts of the path that name something, decoded."""
    query: Params
    body: Params
    authorization: str = ""

    def masked_body(self) -> dict[str, Any]:
        """Return the body without keys and card data."""
        return {name: "***" if name in SECRET_FIELDS else value for name, value in self.body.values.items()}


async def read_call(request: Request, complaint: str) -> Call:
    """Read a request; RefusedError (400, 413) where its body is neither JSON nor a form."""
    return Call(
        method=request.method,
        path=request.url.path,
        places={name: unquote(str(value)) for name, value in request.path_params.items()},
        query=Params(decode_form(request.url.query), complaint),
        body=Params(await _read_body(request, complaint), complaint),
        authorization=request.headers.get("authorization", ""),
    )


async def read_bytes(request: Request) -> bytes:
    """Return the whole body; RefusedError (413) once it is longer than 1 MiB."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise RefusedError(Refusal(413, -1, "Request Entity Too Large"))
    return body


async def _read_body(request: Request, complaint: str) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=0, max_fields=200, max_part_size=BODY_MAX) as form:
            return nest((key, str(value)) for key, value in form.multi_items())
    body = await read_bytes(request)
    if not body.strip():
        return {}
    try:
        return decode_json(body) if kind == "application/json" else decode_form(body.decode())
    except ValueError as error:
        raise RefusedError(Refusal(400, -1, complaint).about("body")) from error
