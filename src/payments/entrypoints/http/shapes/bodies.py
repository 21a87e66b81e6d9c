"""Bodies and queries, decoded strictly. An error names the field."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from payments.entrypoints.http.shapes.errors import BodyTooLarge, Malformed, TooSlow, UnsupportedMediaType

T = TypeVar("T", bound=msgspec.Struct)
BODY_SECONDS: Final = 10.0
"""How long a body may take to arrive, so that a slow client cannot hold a connection for longer."""

MAX_BODY: Final = 16 * 1024
"""Bytes of a body, unless its operation names another limit."""

_JSON: Final = re.compile(r"application/(?:[a-z0-9!#$&^_.-]+\+)?json")
_WHOLE: Final = re.compile(r"[0-9]{1,18}")
Pairs = Iterable[tuple[str, str]]


async def read_body(request: Request, max_bytes: int, seconds: float = BODY_SECONDS) -> bytes:
    """Return the whole body. Raises BodyTooLarge, TooSlow (after *seconds*) or Malformed.

    A body that says itself that it is too large is not read at all.
    """
    check_size(request.headers.get("content-length", "0"), max_bytes)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise TooSlow(f"The body did not arrive within {seconds:g} seconds.") from None


def check_size(size: str, max_bytes: int) -> None:
    """Raise BodyTooLarge unless *size*, the text of a Content-Length header, is a number of at most *max_bytes*."""
    if not _WHOLE.fullmatch(size) or int(size) > max_bytes:
        raise BodyTooLarge(f"The body is larger than {max_bytes} bytes.")


async def _read(request: Request, max_bytes: int) -> bytes:
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            check_size(str(size), max_bytes)
            chunks.append(chunk)
    except ClientDisconnect:
        raise Malformed("The connection closed before the body was complete.") from None
    return b"".join(chunks)


def decode_body(body: bytes, headers: Mapping[str, str], shape: type[T]) -> T:
    """Return *body* as *shape*; an empty body counts as an empty object. Raises Malformed or UnsupportedMediaType."""
    if not body:
        return _converted({}, shape)
    check_media_type(headers)
    try:
        decoded = msgspec.json.decode(body, type=shape)
        json.loads(body, object_pairs_hook=_without_repeats)  # msgspec takes the last of two fields with one name
    except msgspec.MsgspecError as error:
        raise Malformed(_sentence(error)) from None
    except UnicodeDecodeError:
        raise Malformed("The body must be UTF-8.") from None
    except RecursionError:
        raise Malformed("The body is nested too deeply.") from None
    return decoded


def check_media_type(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedMediaType unless the body is plain JSON in UTF-8."""
    media_type, *parameters = [part.strip().lower() for part in headers.get("content-type", "").split(";")]
    if not _JSON.fullmatch(media_type):
        raise UnsupportedMediaType("The body must be application/json.")
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise UnsupportedMediaType("The body must be in UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("The body must be sent without a Content-Encoding.")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise Malformed("A field occurs more than once in an object of the body.")
    return names


def decode_query(query: Pairs, shape: type[T]) -> T:
    """Return the query as *shape*. Raises Malformed, also for unknown and repeated parameters."""
    given = _without_repeats_in_query(list(query))
    for name in _whole_numbers(shape) & given.keys():
        if not _WHOLE.fullmatch(given[name]):
            raise Malformed(f"`{name}` must be a whole number.")
    return _converted(given, shape, strict=False)


def _without_repeats_in_query(pairs: list[tuple[str, str]]) -> dict[str, str]:
    given = dict(pairs)
    if len(given) != len(pairs):
        raise Malformed("A parameter occurs more than once in the query.")
    return given


@cache
def _whole_numbers(shape: type[msgspec.Struct]) -> frozenset[str]:
    """Return the parameters that are whole numbers: msgspec would also read 1e1."""
    described: Any = msgspec.inspect.type_info(shape)
    return frozenset(f.encode_name for f in described.fields if _is_whole(f.type))


def _is_whole(described: Any) -> bool:
    bare = getattr(described, "type", described)  # without what a schema says of it
    types = getattr(bare, "types", None)
    return any(map(_is_whole, types)) if types else isinstance(bare, msgspec.inspect.IntType)


def _converted(data: dict[str, Any], shape: type[T], *, strict: bool = True) -> T:
    try:
        return msgspec.convert(data, shape, strict=strict)
    except msgspec.MsgspecError as error:
        raise Malformed(_sentence(error)) from None


def _sentence(error: msgspec.MsgspecError) -> str:
    """Return msgspec's message, which names the field, as a sentence."""
    return f"{str(error).rstrip('.')}."
