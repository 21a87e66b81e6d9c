"""RequestsTransport: the Transport of threads, over requests. A call blocks its thread until the answer or deadline."""

import os
import threading
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from requests import PreparedRequest, RequestException, Response, Session
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from payments.adapters.http_wire.connection import SENDING, TrackedAdapter
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

_CHUNK: Final = 1 << 16


class _NoCookies(RequestsCookieJar):
    """A cookie jar that stores no cookies and does not parse them."""

    def extract_cookies(self, *_: object) -> None:
        return


class _Session(Session):
    """A session that follows no redirects, so that a token is never sent to another address."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False  # a proxy or .netrc of the environment must not change the Authorization header
        self.cookies = _NoCookies()

    def get_redirect_target(self, resp: Response) -> None:  # noqa: ARG002 - the library passes it by this name
        return None


class RequestsTransport:
    """Any thread may call it, also in a forked process. Its coroutines never suspend."""

    def __init__(self, settings: Reach) -> None:
        self._settings = settings
        self._open()

    def _open(self) -> None:
        settings = self._settings
        self._process = os.getpid()
        self._slots = threading.BoundedSemaphore(settings.connections)
        self._session = _Session()
        adapter = TrackedAdapter(pool_connections=1, pool_maxsize=settings.connections, pool_block=True)
        self._session.mount(settings.api_url, adapter)

    def close(self) -> None:
        """Close the idle connections."""
        self._session.close()

    async def pause(self, seconds: float) -> None:
        """Wait before a retry."""
        time.sleep(seconds)

    def turn(self) -> "ThreadTurn":
        """Return a new turn for threads."""
        return ThreadTurn()

    async def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, ends: Deadline
    ) -> Answer:
        """Send a request to *target* (path and query, percent-encoded). Raises NotSent or Unknown."""
        if self._process != os.getpid():  # after a fork: the parent reads answers from the same connections
            self._open()
        if not self._slots.acquire(timeout=ends.left):
            raise busy()
        try:
            return self._exchange(self._request(method, target, headers, body), ends)
        finally:
            self._slots.release()

    def _request(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> PreparedRequest:
        """Return the request as it is sent. `prepare()` would only parse again what is known to be valid."""
        request = PreparedRequest()
        request.method = method
        request.url = self._settings.api_url + target
        request.headers = CaseInsensitiveDict(headers)
        request.hooks = default_hooks()
        request.body = body
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        return request

    def _exchange(self, request: PreparedRequest, ends: Deadline) -> Answer:
        left = ends.left
        if not left:
            raise too_late()
        timeout: Any = Timeout(total=left, connect=self._settings.connect_timeout)
        SENDING.begun = False
        try:
            response = self._session.send(request, stream=True, timeout=timeout, allow_redirects=False, proxies={})
            with response:
                return Answer(response.status_code, self._body(response))
        except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            raise cut_short() if SENDING.begun else unreachable() from error

    def _body(self, response: Response) -> bytes:
        """Return the body without decompressing it, so that a small answer cannot grow here."""
        body: list[bytes] = []
        length = 0
        raw: Any = response.raw
        for chunk in raw.stream(_CHUNK, decode_content=False):
            body.append(chunk)
            length += len(chunk)
            if length > self._settings.body_cap:
                raise too_long()
        return b"".join(body)


class ThreadTurn:
    """A turn for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def take(self, ends: Deadline) -> bool:
        """Wait for the turn until *ends*, and return whether it came."""
        return self._lock.acquire(timeout=ends.left)

    def release(self) -> None:
        """Let the next one in."""
        self._lock.release()
