"""StaticContent: bytes that never change while the process runs. All that an answer needs is computed beforehand."""

import asyncio
import gzip
import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from starlette.types import Receive, Scope, Send

MIN_GZIP_SIZE: Final = 1024  # bytes; below it, compression saves nothing that a buyer would notice
PIECE: Final = 32 * 1024
"""Bytes that are sent at a time: what a client does not take is not copied for it."""
_GZIP_LEVEL: Final = 9

RawHeaders = list[tuple[bytes, bytes]]


class StaticContent:
    """An ASGI endpoint for one file, with a strong ETag for each of its encodings.

    The compressed form is made at the first request that accepts it, in a thread, and kept.
    """

    def __init__(self, body: bytes, media_type: str, headers: Mapping[str, str]) -> None:
        self.body = body
        self._tag = hashlib.sha256(body).hexdigest()[:32]
        fixed = {"Content-Type": media_type, **headers, "Vary": "Accept-Encoding"}
        self._headers: RawHeaders = [(name.lower().encode(), value.encode()) for name, value in fixed.items()]
        self._gzipped: bytes | None = None
        self._compressing = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - a GET has no body
        asked = dict(scope["headers"])
        gzipped = len(self.body) >= MIN_GZIP_SIZE and accepts_gzip(_all_of(scope, b"accept-encoding"))
        tag = f'"{self._tag}-gzip"' if gzipped else f'"{self._tag}"'
        headers = [*self._headers, (b"etag", tag.encode())]
        if is_known(asked.get(b"if-none-match", b"").decode("latin-1"), tag):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        body = await self._compressed() if gzipped else self.body
        if gzipped:
            headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for start in range(0, 0 if scope["method"] == "HEAD" else len(body), PIECE):
            await send({"type": "http.response.body", "body": body[start : start + PIECE], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _compressed(self) -> bytes:
        if self._gzipped is None:
            async with self._compressing:
                if self._gzipped is None:
                    self._gzipped = await asyncio.to_thread(gzip.compress, self.body, _GZIP_LEVEL, mtime=0)
        return self._gzipped


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether an `Accept-Encoding` header allows gzip; without one, only the plain form is safe."""
    weights = dict(_weighted(accept_encoding.lower()))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def is_known(if_none_match: str, tag: str) -> bool:
    """Return whether an `If-None-Match` header lists *tag*; a proxy may have marked it as weak."""
    listed = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in listed or listed == ["*"]


def _weighted(header: str) -> Iterable[tuple[str, float]]:
    for one in header.split(","):
        name, _, parameters = one.partition(";")
        weight = parameters.strip().removeprefix("q=")
        try:
            yield name.strip(), float(weight) if weight else 1.0
        except ValueError:
            yield name.strip(), 0.0  # unreadable: do not rely on it


def _all_of(scope: Scope, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for found, value in scope["headers"] if found == name)
