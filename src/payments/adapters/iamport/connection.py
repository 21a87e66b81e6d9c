"""Connections whose every answer has one deadline, and which know whether anything was ever sent.

The time-outs of sockets count from one read to the next, so that an answer dripped a byte at a time lasts for ever.
Here the read time-out holds for the whole answer: status line, headers and body together.
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
    """Whether this thread's present call has handed anything to a socket: the line between NotSent and Unknown."""

    begun = False


SENDING = Sending()


class _PacedReader(io.RawIOBase):
    """A socket's bytes until one moment: each read may take what is left, and none begins after it."""

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
        self.fp = io.BufferedReader(_PacedReader(self.fp.detach(), sock))


class _Watched(HTTPConnection):
    response_class = _Answer

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        SENDING.begun = True
        super().send(data)


class _WatchedSecure(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


class WatchedAdapter(HTTPAdapter):
    """Mounted on a Session, it makes its connections of this kind."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
