"""Connections with one deadline for a whole answer, which record whether anything was sent.

The timeout of a socket counts from one read to the next, so an answer that arrives byte by byte could take for ever.
Here the read timeout covers the whole answer: status line, headers and body together.
"""

import http.client
import io
import socket
import threading
import time
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class Sending(threading.local):
    """Whether the current call of this thread has written to a socket; a failure is then Unknown, not NotSent."""

    begun = False


SENDING = Sending()


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until one deadline: each read may take the remaining time, and none begins after it."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        timeout = sock.gettimeout()
        self._ends = float("inf") if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(None if left == float("inf") else left)
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _Tracked(HTTPConnection):
    response_class = _Answer

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        SENDING.begun = True
        super().send(data)


class _TrackedTLS(_Tracked, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Tracked


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TrackedTLS


class TrackedAdapter(HTTPAdapter):
    """An adapter for a Session, whose connections are of this kind."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
