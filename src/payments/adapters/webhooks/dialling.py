"""Dialler: one connection, to the address that was checked, cut off at a deadline.

A name that changes its answer between the check and the call gains nothing. At the deadline the connection is cut from
outside: a socket's own time-out starts anew with every byte, so a peer that drips could hold us for ever.
"""

import socket
import threading
import time
from types import TracebackType
from typing import Self

from payments.adapters.webhooks.addresses import Place, look_up, private_among


class PrivateAddressError(Exception):
    """The host is, or might be, inside our own network: nothing was sent."""


class Dialler:
    """Dials once, to a checked address, and cuts the connection when *total_seconds* are over; use it in a `with`."""

    def __init__(self, connect_seconds: float, total_seconds: float, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._connect_seconds = connect_seconds
        self._ends = time.monotonic() + total_seconds
        self._lock = threading.Lock()
        self._twin: socket.socket | None = None  # the same connection, whatever TLS makes of the first handle
        self._timer: threading.Timer | None = None

    @property
    def remaining(self) -> float:
        return self._ends - time.monotonic()

    @property
    def dialled(self) -> bool:
        """Whether a connection came about, so that something may have been sent."""
        return self._timer is not None

    def dial(self, host: str, port: int) -> socket.socket:
        """Connect to the first address of *host* that answers. Raises PrivateAddressError or OSError."""
        places = look_up(host, port, self.remaining)
        if not self._allow_private and private_among(places):
            raise PrivateAddressError
        failure: OSError = OSError("no address")
        for place in places:
            if self.remaining <= 0:
                raise TimeoutError
            try:
                return self._watched(self._connected(place))
            except OSError as error:
                failure = error
        raise failure

    def _connected(self, place: Place) -> socket.socket:
        family, address = place
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(self._connect_seconds, self.remaining))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        return connection

    def _watched(self, connection: socket.socket) -> socket.socket:
        self._twin = connection.dup()
        self._timer = threading.Timer(max(self.remaining, 0), self._cut)
        self._timer.daemon = True
        self._timer.start()
        return connection

    def _cut(self) -> None:
        with self._lock:
            if self._twin is not None:
                try:
                    self._twin.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # the peer was faster

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._twin is not None:
                self._twin.close()
                self._twin = None
