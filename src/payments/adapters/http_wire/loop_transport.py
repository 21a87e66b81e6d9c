"""LoopTransport: the Transport of an event loop, over aiohttp. A call holds a connection, but no thread."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Final

import aiohttp
import attrs
from certifi import where
from yarl import URL

from payments.adapters.http_wire.transport import (
    Answer,
    Deadline,
    Reach,
    busy,
    cut_short,
    too_late,
    too_long,
    unreachable,
)

_AUTOMATIC: Final = ("Accept-Encoding", "Content-Type", "User-Agent")  # headers that aiohttp would add


@cache
def _trusted() -> ssl.SSLContext:
    """Return what trusts the authorities that requests trusts. To read them takes 20 ms, so it is done once."""
    return ssl.create_default_context(cafile=where())


@attrs.define
class _Progress:
    """How far a call came: whether it got a place, and whether anything of it was handed to a socket."""

    admitted: bool = False
    sent: bool = False


class LoopTransport:
    """It serves the event loop that first calls it. Close it there."""

    def __init__(self, settings: Reach) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(settings.connections)
        self._tls = _trusted()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections. Calls that are at work end as Unknown."""
        if self._session is not None:
            await self._session.close()

    async def pause(self, seconds: float) -> None:
        """Wait before a retry."""
        await asyncio.sleep(seconds)

    def turn(self) -> "LoopTurn":
        """Return a new turn for tasks."""
        return LoopTurn()

    async def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, ends: Deadline
    ) -> Answer:
        """Send a request to *target* (path and query, percent-encoded). Raises NotSent or Unknown."""
        if not (left := ends.left):
            raise too_late()
        if self._session is not None and self._session.closed:
            raise unreachable()
        progress = _Progress()
        try:
            async with asyncio.timeout(left), self._places:
                progress.admitted = True
                return await self._exchange(method, target, headers, body, progress)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # a TimeoutError is an OSError
            if progress.sent:
                raise cut_short() from error
            raise unreachable() if progress.admitted else busy() from error

    async def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, progress: _Progress
    ) -> Answer:
        self._session = session = self._session or self._opened()
        url = URL(self._settings.api_url + target, encoded=True)
        async with session.request(
            method, url, headers=headers, data=body, allow_redirects=False, trace_request_ctx=progress
        ) as response:
            return Answer(response.status, await self._body(response))

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """Return the body without decompressing it, so that a small answer cannot grow here."""
        body: list[bytes] = []
        length = 0
        async for chunk in response.content.iter_any():
            body.append(chunk)
            length += len(chunk)
            if length > self._settings.body_cap:
                response.close()
                raise too_long()
        return b"".join(body)

    def _opened(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._settings.connections, ssl=self._tls, resolver=aiohttp.ThreadedResolver()
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_timeout),
            auto_decompress=False,
            skip_auto_headers=_AUTOMATIC,
            trust_env=False,
            middlewares=(_only_once,),
            trace_configs=[_marking()],
        )


class LoopTurn:
    """A turn for the tasks of one event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def take(self, ends: Deadline) -> bool:
        """Wait for the turn until *ends*, and return whether it came."""
        try:
            async with asyncio.timeout(ends.left):
                await self._lock.acquire()
        except TimeoutError:
            return False
        return True

    def release(self) -> None:
        """Let the next one in."""
        self._lock.release()


async def _only_once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a request again by itself: it repeats a DELETE whose connection broke."""
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


def _marking() -> aiohttp.TraceConfig:
    """Mark a call as sent once it has a connection: the next thing that happens is that it is written there."""

    async def mark(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.sent = True

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(mark)
    tracing.on_connection_reuseconn.append(mark)
    return tracing
