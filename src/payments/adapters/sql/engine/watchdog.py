"""Watchdog: ends the connection of a call that the database does not answer, because its server may be frozen.

The time limits of the server do not help where the server itself stands still, and TCP does not notice it either: the
system of a stopped process still acknowledges what it receives. A connection that is shut down raises in the thread
that waits for it, as if the server had gone away.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

ANSWER_WITHIN_SECONDS: Final = 10.0
"""How long one call may hold a connection: longer than the limits of the server, which apply first."""
LOOK_EVERY_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


class Watchdog:
    """One thread for all calls of a database, started with the first one. A call costs it two entries in a dict."""

    def __init__(self, seconds: float = ANSWER_WITHIN_SECONDS) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._watched: dict[object, tuple[float, Any]] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watching(self, connection: sa.Connection) -> Iterator[None]:
        """Shut the socket of *connection* down unless the block ends in time."""
        call = object()
        if self._thread is None or not self._thread.is_alive():  # not started yet, or lost in a fork
            self._start()
        self._watched[call] = time.monotonic() + self._seconds, connection.connection.driver_connection
        try:
            yield
        finally:
            with self._guard:  # nobody shuts down what this block no longer holds
                self._watched.pop(call, None)

    def _start(self) -> None:
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._watched.clear()
                self._thread = threading.Thread(target=self._watch, name="store-watchdog", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            now = time.monotonic()
            for call, (due, _) in list(self._watched.items()):
                if due <= now:
                    self._end(call)

    def _end(self, call: object) -> None:
        with self._guard:
            _, driver = self._watched.pop(call, (0.0, None))
            if driver is None:
                return
            _log.warning("the database did not answer within %g s, so the connection is ended", self._seconds)
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(driver.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)
