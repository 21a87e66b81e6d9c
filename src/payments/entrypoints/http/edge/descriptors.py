"""Open files of a server: as many as the system allows, connections well below that, and one log line if they run out.

A process without a free descriptor can open nothing: no connection to its database, no file of its own library. So the
connections of strangers end before that (`most_connections`), and what Python opens lazily is opened at the start.
"""

import asyncio
import errno
import importlib.util
import logging
import time
from typing import Any, Final

log = logging.getLogger("payments.http")

MOST_CONNECTIONS: Final = 4_000
"""Connections of one process where the system allows that many: each costs some 20 KiB."""
LEAST_CONNECTIONS: Final = 50
OWN_FILES: Final = 100
"""Descriptors for the process itself: modules that are imported late, log, socket, event loop, database, files."""
WITHOUT_LIMITS: Final = 1_024
MOST_FILES: Final = 65_536
"""More is not asked for, where the system allows any number."""
LOG_EVERY_SECONDS: Final = 10.0
_EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def prepare() -> int:
    """Raise the limit of this process as far as the system allows, load what is loaded lazily, return the limit."""
    "example".encode("idna")  # the codec's module is a file, and each connection to a named host asks for it
    if importlib.util.find_spec("resource") is None:  # Windows has no such limit
        return WITHOUT_LIMITS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_FILES if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as error:  # some systems allow less than they say
        log.warning("the limit of open files stays at %d: %s", soft, error)
        return soft
    return wanted


def most_connections(limit: int, calls: int) -> int:
    """Return how many connections a process may hold that has *limit* descriptors and makes *calls* calls itself."""
    return max(LEAST_CONNECTIONS, min(MOST_CONNECTIONS, limit - calls - OWN_FILES))


class OnceInAWhile:
    """Handles the errors of an event loop: that it can accept no connection is one line, not a traceback each."""

    def __init__(self) -> None:
        self._logged_at, self._unlogged = float("-inf"), 0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _EXHAUSTED):
            loop.default_exception_handler(context)
            return
        self._unlogged += 1
        now = time.monotonic()
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            log.error("no connection can be accepted (%s): %d times since the last such line", error, self._unlogged)
            self._logged_at, self._unlogged = now, 0
