"""Dialler: opens one connection to a checked address, and closes it at a deadline.

The connection goes to the address that was checked, even if the name has another one by then (DNS rebinding). A timer
closes it at the deadline: the timeout of a socket starts again with every byte, so a slow peer could hold it for ever.
"""

import socket
import threading
import time
from types import TracebackType
from typing import Self

from payments.adapters.webhooks.addresses import SocketAddress, look_up, private_among


class PrivateAddressError(Exception):
    """An address of the host is not public. Nothing was sent."""


class Dialler:
    """Connects once to a checked address, and shuts the connection down after *total_seconds*. Use it in a `with`."""

    def __init__(self, connect_seconds: float, total_seconds: float, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._connect_seconds = connect_seconds
        self._ends = time.monotonic() + total_seconds
        self._lock = threading.Lock()
        self._duplicate: socket.socket | None = None  # a handle of our own: TLS takes over the first one
        self._timer: threading.Timer | None = None

    @property
    def remaining(self) -> float:
        return self._ends - time.monotonic()

    @property
    def dialled(self) -> bool:
        """Whether a connection was made, so that something may have been sent."""
        return self._timer is not None

    def dial(self, host: str, port: int) -> socket.socket:
        """Connect to the first address of *host* that answers. Raises PrivateAddressError or OSError."""
        targets = look_up(host, port, self.remaining)
        if not self._allow_private and private_among(targets):
            raise PrivateAddressError
        failure: OSError = OSError("no address")
        for target in targets:
            if self.remaining <= 0:
                raise TimeoutError
            try:
                return self._watched(self._connected(target))
            except OSError as error:
                failure = error
        raise failure

    def _connected(self, target: SocketAddress) -> socket.socket:
        family, address = target
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
        self._duplicate = connection.dup()
        self._timer = threading.Timer(max(self.remaining, 0), self._shut_down)
        self._timer.daemon = True
        self._timer.start()
        return connection

    def _shut_down(self) -> None:
        with self._lock:
            if self._duplicate is not None:
                try:
                    self._duplicate.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # the peer closed it first

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._duplicate is not None:
                self._duplicate.close()
                self._duplicate = None
