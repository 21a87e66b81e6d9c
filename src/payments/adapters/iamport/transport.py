"""Transport: sends one request and returns its answer before a deadline. Raises NotSent or Unknown.

A request that fails before its first byte was written to a socket was not sent. After that, the outcome is unknown.
"""

import os
import threading
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

import attrs
from requests import PreparedRequest, RequestException, Response, Session
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from payments.adapters.iamport.connection import SENDING, TrackedAdapter
from payments.adapters.iamport.settings import IamportSettings
from payments.domain.errors import NotSent, Unknown

_CHUNK: Final = 1 << 16


class Deadline:
    """The time at which an operation ends, with all its calls and retries."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left; 0 after the deadline."""
        return max(0.0, self._ends - time.monotonic())


@attrs.frozen
class Answer:
    """An HTTP status and the whole body."""

    status: int
    body: bytes


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


class Transport:
    """A pool of connections to one address. Any thread may call it."""

    def __init__(self, settings: IamportSettings) -> None:
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
        self._session.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, ends: Deadline) -> Answer:
        """Send a request to *target* (path and query, percent-encoded). Raises NotSent or Unknown."""
        if self._process != os.getpid():  # after a fork: the parent reads answers from the same connections
            self._open()
        if not self._slots.acquire(timeout=ends.left):
            raise NotSent("All connections to the provider are busy. Nothing was sent. Try again.")
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
            raise NotSent("The deadline of this operation passed before the call to the provider. Nothing was sent.")
        timeout: Any = Timeout(total=left, connect=self._settings.connect_timeout)
        SENDING.begun = False
        try:
            response = self._session.send(request, stream=True, timeout=timeout, allow_redirects=False, proxies={})
            with response:
                return Answer(response.status_code, self._body(response))
        except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            if SENDING.begun:
                raise Unknown(
                    "The provider gave no full answer in time, so the outcome is unknown. Refresh before trying again."
                ) from error
            raise NotSent("The provider could not be reached. Nothing was sent. Try again.") from error

    def _body(self, response: Response) -> bytes:
        """Return the body without decompressing it, so that a small answer cannot grow here."""
        body: list[bytes] = []
        length = 0
        raw: Any = response.raw
        for chunk in raw.stream(_CHUNK, decode_content=False):
            body.append(chunk)
            length += len(chunk)
            if length > self._settings.body_cap:
                raise Unknown(
                    "The provider's answer is too long, so the outcome is unknown. Refresh before trying again."
                )
        return b"".join(body)
