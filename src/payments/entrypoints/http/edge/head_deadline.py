"""HeadDeadline: uvicorn's protocol, with a deadline for the head of a request.

Uvicorn itself waits forever for a request head, so a client could hold as many silent connections as the process may
open files, and keep everybody else out.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0


class HeadDeadline(H11Protocol):
    """Closes a connection that has not sent a complete request head in time.

    Checks every `head_seconds`: a connection without a new request since the last check is closed, unless a request is
    still being answered.
    """

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._schedule_check(None)

    def _schedule_check(self, last_request: Any) -> None:
        self._check = self.loop.call_later(self.head_seconds, self._close_if_silent, last_request)

    def _close_if_silent(self, last_request: Any) -> None:
        """*last_request* is the newest request at the time of the previous check."""
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.cycle is last_request and not answering:
            self.transport.close()
        else:
            self._schedule_check(self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._check.cancel()
        super().connection_lost(exc)
