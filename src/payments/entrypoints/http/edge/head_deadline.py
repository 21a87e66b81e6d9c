"""Patient: a connection of uvicorn's that is not held open for somebody who asks nothing.

Uvicorn itself waits for ever for a request's head: as many silent connections as the process may open files are enough
to keep everybody else out.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE: Final = 10.0
"""Seconds that a request's head may take; one that is being answered is left alone."""


class Patient(H11Protocol):
    """Closes what has brought no whole head of a request between two checks, `patience` seconds apart."""

    patience = PATIENCE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_later(None)

    def _look_later(self, seen: Any) -> None:
        self._look = self.loop.call_later(self.patience, self._looked, seen)

    def _looked(self, seen: Any) -> None:
        """*seen* is the request that was the last one when we looked before."""
        if self.transport.is_closing():
            return
        at_work = self.cycle is not None and not self.cycle.response_complete
        if self.cycle is seen and not at_work:
            self.transport.close()
        else:
            self._look_later(self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)
