"""Loop: a thread that repeats one step, survives whatever the step raises, and reports its health.

Loop       waits as long as its step says, backs off after a failure, ends when it is asked to stop
Health     how a loop is doing, for people and probes
Stopping   raised by a step that notices that it should end
Troubled   raised by a step that has already logged why it failed
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

MAX_BACKOFF_SECONDS: Final = 30.0
WRONG_CLOCK: Final = "store-wrong-clock"
"""The slug of the only failure with which a worker is not well: what it would do next, it would do at a wrong time."""

Step = Callable[[], float]
"""Does some work and returns the seconds to wait before the next step: 0 if there is more to do."""


class Stopping(Exception):
    """The worker is stopping. Work that this step leaves undone becomes due again."""


class Troubled(Exception):
    """Everything in this step failed, and the log says why: back off."""


@attrs.frozen
class Health:
    """`well` is False if the loop ended, hangs, or found a wrong clock. `failures` counts failed steps in a row.

    `error` is the slug of the last one.
    """

    name: str
    well: bool
    failures: int
    error: str


@attrs.define(eq=False)
class Loop:
    """One daemon thread. A step that takes longer than `hangs_after` seconds is considered to hang."""

    name: str
    step: Step
    stop: threading.Event
    hangs_after: float
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
        beating = self.clock() < self._due + self.hangs_after
        well = self._thread.is_alive() and beating and self._error != WRONG_CLOCK
        return Health(self.name, well, self._failures, self._error)

    def _run(self) -> None:
        try:
            while not self.stop.is_set():
                wait = self._run_step()
                self._due = self.clock() + wait
                self.stop.wait(wait)
                self._due = self.clock()
        finally:
            if not self.stop.is_set():  # SystemExit and the like must not end a loop unnoticed either
                log.critical("%s ended by itself, so the worker stops", self.name)
                self.stop.set()

    def _run_step(self) -> float:
        """Run one step; return how many seconds to wait."""
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
        return min(wait, MAX_BACKOFF_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311 - keeps workers from retrying all at once
