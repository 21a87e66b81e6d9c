"""Uvicorn's protocols, with limits for the head of a request: ten seconds, and 64 KiB.

Uvicorn itself waits forever for a request head, so a client could hold as many silent connections as the process may
open files, and keep everybody else out. Its httptools protocol also keeps a head of any size in memory.

HeadDeadline   what both share; H11HeadDeadline is here, the one over httptools in fast_head_deadline
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0


class HeadDeadline:
    """Closes a connection that has not sent a complete request head in time. Stands before a protocol of uvicorn.

    Checks every `head_seconds`: a connection without a new request since the last check is closed, unless a request is
    still being answered.
    """

    head_seconds = HEAD_SECONDS
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    cycle: Any

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)  # type: ignore[misc]  # the protocol's, which follows in the list of bases
        self._schedule_check(None)

    def _schedule_check(self, last_request: Any) -> None:
        self._check = self.loop.call_later(self.head_seconds, self._close_if_silent, last_request)

    def _close_if_silent(self, last_request: Any) -> None:
        """*last_request* is the newest request at the time of the previous check."""
        if self.transport.is_closing():
            return
        if self.cycle is last_request and not self.is_answering:
            self.transport.close()
        else:
            self._schedule_check(self.cycle)

    @property
    def is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        self._check.cancel()
        super().connection_lost(exc)  # type: ignore[misc]


class H11HeadDeadline(HeadDeadline, H11Protocol):  # type: ignore[misc]  # typed as a transport, not a base transport
    """Over h11, which is always installed, and limits the size of a head itself."""
