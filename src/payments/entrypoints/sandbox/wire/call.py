"""Call: a request of the API as its handlers read it."""

from typing import Any, Final
from urllib.parse import unquote

import attrs
from starlette.requests import Request

from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.wire.params import Params, decode_form, decode_json, nest

BODY_MAX_BYTES: Final = 1 << 20
SECRET_FIELDS: Final = frozenset({"imp_secret", "imp_key", "card_number", "pwd_2digit", "birth", "cvc", "expiry"})


@attrs.frozen
class Call:
    """One call of the API, read."""

    method: str
    path: str
    path_params: dict[str, str]
    """The named parts of the path, decoded."""
    query: Params
    body: Params
    authorization: str = ""

    def masked_body(self) -> dict[str, Any]:
        """Return the body without keys and card data."""
        return {name: "***" if name in SECRET_FIELDS else value for name, value in self.body.values.items()}


async def read_call(request: Request, refusal_text: str) -> Call:
    """Read a request. Raises CallRefused: 400 if its body is neither JSON nor a form, 413 if it is too long."""
    return Call(
        method=request.method,
        path=request.url.path,
        path_params={name: unquote(str(value)) for name, value in request.path_params.items()},
        query=Params(decode_form(request.url.query), refusal_text),
        body=Params(await _read_body(request, refusal_text), refusal_text),
        authorization=request.headers.get("authorization", ""),
    )


async def read_bytes(request: Request) -> bytes:
    """Return the whole body. Raises CallRefused (413) if it is longer than 1 MiB."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise CallRefused(Refusal(413, -1, "Request Entity Too Large"))
    return body


async def _read_body(request: Request, refusal_text: str) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=0, max_fields=200, max_part_size=BODY_MAX_BYTES) as form:
            return nest((key, str(value)) for key, value in form.multi_items())
    body = await read_bytes(request)
    if not body.strip():
        return {}
    try:
        return decode_json(body) if kind == "application/json" else decode_form(body.decode())
    except ValueError as error:
        raise CallRefused(Refusal(400, -1, refusal_text).about("body")) from error
