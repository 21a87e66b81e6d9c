"""Bodies and queries, decoded strictly. An error names the field."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request

from payments.entrypoints.http.shapes.errors import BodyTooLarge, Malformed, TooSlow, UnsupportedMediaType

T = TypeVar("T", bound=msgspec.Struct)
BODY_SECONDS: Final = 10.0
"""How long a body may take to arrive, so that a slow client cannot hold a connection for longer."""


async def read_body(request: Request, max_bytes: int, seconds: float = BODY_SECONDS) -> bytes:
    """Return the whole body. Raises BodyTooLarge, TooSlow (after *seconds*) or Malformed."""
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise TooSlow(f"The body did not arrive within {seconds:g} seconds.") from None


async def _read(request: Request, max_bytes: int) -> bytes:
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > max_bytes:
                raise BodyTooLarge(f"The body is larger than {max_bytes} bytes.")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Malformed("The connection closed before the body was complete.") from None
    return b"".join(chunks)


def decode_body(body: bytes, headers: Mapping[str, str], shape: type[T], *, form: bool = False) -> T:
    """Return *body* as *shape*; an empty body counts as an empty object. Raises Malformed or UnsupportedMediaType."""
    if not body:
        return _converted({}, shape)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if form and media_type == "application/x-www-form-urlencoded":
        return _converted(_form(body), shape)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType("The body must be application/json" + (" or a form." if form else "."))
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise Malformed(_sentence(error)) from None
    except UnicodeDecodeError:
        raise Malformed("The body must be UTF-8.") from None
    except RecursionError:
        raise Malformed("The body is nested too deeply.") from None


def decode_query(query: Mapping[str, str], shape: type[T]) -> T:
    """Return the query as *shape*. Raises Malformed, also for unknown parameters."""
    return _converted(dict(query), shape, strict=False)


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), strict_parsing=True, max_num_fields=100, errors="strict"))
    except ValueError:
        raise Malformed("The body must be a form in UTF-8.") from None


def _converted(data: dict[str, Any], shape: type[T], *, strict: bool = True) -> T:
    try:
        return msgspec.convert(data, shape, strict=strict)
    except msgspec.MsgspecError as error:
        raise Malformed(_sentence(error)) from None


def _sentence(error: msgspec.MsgspecError) -> str:
    """Return msgspec's message, which names the field, as a sentence."""
    return f"{str(error).rstrip('.')}."
