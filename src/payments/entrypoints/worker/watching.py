"""WatchingClock: with a wrong clock a worker finds nothing due, or takes what others are at work on. It must say so."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

import attrs

from payments.entrypoints.blocking import run
from payments.entrypoints.service import NotReady
from payments.entrypoints.worker.loops import WRONG_CLOCK, Troubled

log = logging.getLogger("payments.worker")


@attrs.frozen
class WatchingClock:
    """Asks every few seconds whether the store can be used; of what keeps it from that, only the clock is told here."""

    ready: Callable[[], Coroutine[Any, Any, None]]
    every: float

    def __call__(self) -> float:
        trouble = self._trouble()
        if trouble is None or trouble.reason != WRONG_CLOCK:
            return self.every
        log.error("clock: %s The heartbeat stops until it is right.", trouble)
        raise Troubled(WRONG_CLOCK)

    def _trouble(self) -> NotReady | None:
        try:
            run(self.ready())
        except NotReady as trouble:
            return trouble
        return None
