"""Loop: a thread that takes one step again and again, survives whatever a step raises, and can be asked how it is.

Loop       waits as long as its step says, backs off after a bad one, ends when it is told to stop
Health     how a loop is doing, for people and probes
Stopping   raised by a step that notices it should end
Troubled   raised by a step that has told its troubles already
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Final

import attrs

from payments.domain.errors import PaymentsError

log = logging.getLogger("payments.worker")

BACKOFF_MAX: Final = 30.0  # seconds

Step = Callable[[], float]
"""Does some work, and returns the seconds to wait before the next step: 0 where there is more."""


class Stopping(Exception):
    """What this step leaves undone comes due again by itself."""


class Troubled(Exception):
    """Nothing worked, and the log says why: slow down."""


@attrs.frozen
class Health:
    """`well` is False for a loop that ended or hangs; `failures` counts the bad steps in a row, `error` says why."""

    name: str
    well: bool
    failures: int
    error: str


@attrs.define(eq=False)
class Loop:
    """One thread, of a daemon. A step that takes longer than `patience` (seconds) is thought to hang."""

    name: str
    step: Step
    stop: threading.Event
    patience: float
    clock: Callable[[], float] = time.monotonic
    _due: float = attrs.field(init=False)
    _failures: int = attrs.field(default=0, init=False)
    _error: str = attrs.field(default="", init=False)
    _thread: threading.Thread = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._due = self.clock()
        self._thread = threading.Thread(target=self._run, name=f"payments-{self.name}", daemon=True)

    def start(self) -> None:
        self._due = self.clock()
        self._thread.start()

    def ended(self, seconds: float) -> bool:
        """Wait up to *seconds* for the thread to end; False if it still runs."""
        self._thread.join(timeout=max(seconds, 0))
        return not self._thread.is_alive()

    @property
    def health(self) -> Health:
        beating = self.clock() < self._due + self.patience
        return Health(self.name, self._thread.is_alive() and beating, self._failures, self._error)

    def _run(self) -> None:
        try:
            while not self.stop.is_set():
                wait = self._after_a_step()
                self._due = self.clock() + wait
                self.stop.wait(wait)
                self._due = self.clock()
        finally:
            if not self.stop.is_set():  # whatever is no Exception, too, must not end a loop unnoticed
                log.critical("%s ended by itself, so the worker stops", self.name)
                self.stop.set()

    def _after_a_step(self) -> float:
        """Take a step; return how long to wait now."""
        try:
            wait = self.step()
        except Stopping:
            return 0
        except Troubled as trouble:
            return self._backoff(str(trouble))
        except PaymentsError as error:
            log.warning("%s: %s (%s)", self.name, error, error.slug)
            return self._backoff(error.slug)
        except Exception:
            log.exception("%s: internal-error", self.name)
            return self._backoff("internal-error")
        self._failures, self._error = 0, ""
        return wait

    def _backoff(self, error: str) -> float:
        self._failures, self._error = self._failures + 1, error
        wait = 2.0 ** min(self._failures - 1, 10)
        return min(wait, BACKOFF_MAX) * random.uniform(0.8, 1.2)  # noqa: S311 - keeps workers from marching in step
