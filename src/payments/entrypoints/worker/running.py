"""Worker: all loops and their health, and two ways to run them: inside another program, or as a process."""

import contextlib
import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any, Final, Self

import attrs

from payments.domain.access import IdempotencyKeys
from payments.domain.messages import Outbox
from payments.domain.people.operators import Operators
from payments.domain.use_cases.hints import HintTaker
from payments.domain.use_cases.outbox import Courier
from payments.domain.use_cases.reconciliation import Reconciliation
from payments.domain.use_cases.sweep import Sweep
from payments.entrypoints.service import Service
from payments.entrypoints.worker.delivering import Delivering
from payments.entrypoints.worker.following import Following
from payments.entrypoints.worker.forgetting import Forgetting
from payments.entrypoints.worker.loops import Health, Loop, Step
from payments.entrypoints.worker.pace import Pace
from payments.entrypoints.worker.reconciling import CatchingUp, Reconciling, ReconcilingDeep
from payments.entrypoints.worker.sweeping import Sweeping
from payments.entrypoints.worker.watching import WatchingClock

log = logging.getLogger("payments.worker")

HANGS_AFTER_SECONDS: Final = 300.0
"""When a batch is considered to hang: longer than any lease."""
RECONCILE_HANGS_AFTER_SECONDS: Final = 6 * 3600.0
HEARTBEAT_SECONDS: Final = 5.0


@attrs.define(eq=False, kw_only=True)
class Worker:
    """All loops. Adapters must block instead of suspending, and must be thread-safe.

    Without a `courier` no message is delivered, and messages wait in the `outbox` for at most 30 days. `heartbeat` is a
    file that is written every few seconds while all loops are healthy, and once more when that ends: a probe checks its
    age, and whoever looks at it reads why it became old. With `ready` the clock is compared with the database's.
    """

    sweep: Sweep
    reconciliation: Reconciliation
    hints: HintTaker
    courier: Courier | None
    outbox: Outbox
    keys: IdempotencyKeys
    operators: Operators | None = None
    ready: Callable[[], Coroutine[Any, Any, None]] | None = None
    pace: Pace = attrs.field(factory=Pace)
    heartbeat: Path | None = None
    _stop: threading.Event = attrs.field(factory=threading.Event, init=False)
    _asked: bool = attrs.field(default=False, init=False)
    _loops: tuple[Loop, ...] = attrs.field(default=(), init=False)
    _was_well: bool = attrs.field(default=False, init=False)

    @classmethod
    def of(cls, service: Service, pace: Pace | None = None, heartbeat: Path | None = None) -> Self:
        return cls(
            sweep=service.sweep,
            reconciliation=service.reconciliation,
            hints=service.hints,
            courier=service.courier,
            outbox=service.outbox,
            keys=service.idempotency,
            operators=service.people.operators,
            ready=service.ready,
            pace=pace or Pace(),
            heartbeat=heartbeat,
        )

    def start(self) -> None:
        """Start all loops. Raises RuntimeError if the worker was started before."""
        if self._loops:
            raise RuntimeError("A worker can be started only once; create a new one.")
        self._loops = (
            *self._sweeping(),
            *self._reconciling(),
            *self._delivering(),
            self._following(),
            self._forgetting(),
            *self._watching(),
        )
        for loop in self._loops:
            loop.start()
        log.info("worker started: %s", ", ".join(loop.name for loop in self._loops))
        if self.courier is None:
            log.warning("no endpoint and no subscriber is configured: messages wait in the outbox for at most 30 days")

    def _sweeping(self) -> Iterator[Loop]:
        sweeping = Sweeping(self.sweep, self.pace.sweep_batch, self.pace.idle)
        for number in range(self.pace.sweepers):
            yield Loop(f"sweep-{number + 1}", sweeping, self._stop, HANGS_AFTER_SECONDS)

    def _reconciling(self) -> Iterator[Loop]:
        pace, work = self.pace, self.reconciliation
        steps: dict[str, Step] = {
            "reconcile": Reconciling(work, pace.reconcile_every),
            "catch-up": CatchingUp(work, pace.catch_up_every),
            "deep-reconcile": ReconcilingDeep(
                work, pace.deep_reconcile_every, timedelta(days=pace.deep_reconcile_days)
            ),
        }
        for name, step in steps.items():
            yield Loop(name, step, self._stop, RECONCILE_HANGS_AFTER_SECONDS)

    def _delivering(self) -> Iterator[Loop]:
        if self.courier is not None:
            delivering = Delivering(self.courier, self.pace.deliver_batch, self.pace.idle, self._stop)
            for number in range(self.pace.deliverers):
                yield Loop(f"deliver-{number + 1}", delivering, self._stop, HANGS_AFTER_SECONDS)

    def _following(self) -> Loop:
        following = Following(self.hints, self.pace.hints_per_second)
        return Loop("hints", following, self._stop, HANGS_AFTER_SECONDS)

    def _forgetting(self) -> Loop:
        unreceived = self.outbox if self.courier is None else None
        clock, every = self.sweep.clock, self.pace.forget_every
        forgetting = Forgetting(self.keys, self.hints.hints, clock, every, self.operators, unreceived)
        return Loop("forget", forgetting, self._stop, HANGS_AFTER_SECONDS)

    def _watching(self) -> Iterator[Loop]:
        if self.ready is not None:
            yield Loop("clock", WatchingClock(self.ready, self.pace.watch_every), self._stop, HANGS_AFTER_SECONDS)

    @property
    def health(self) -> Sequence[Health]:
        return [loop.health for loop in self._loops]

    @property
    def well(self) -> bool:
        """Whether every loop is alive and the clock right. Other failures do not count: a new worker meets them."""
        return bool(self._loops) and all(health.well for health in self.health)

    def ask_to_stop(self) -> None:
        """Let every loop end after its current step. Returns at once."""
        self._asked = True
        self._stop.set()

    def wait(self) -> bool:
        """Write the heartbeat until the worker stops; return False if a loop ended by itself, else True."""
        while True:
            self._write_heartbeat()
            if self._stop.wait(HEARTBEAT_SECONDS):
                return self._asked

    def stop(self) -> None:
        """Stop, waiting at most `grace` seconds. Unfinished work becomes due again."""
        self.ask_to_stop()
        ends = time.monotonic() + self.pace.grace
        running = [loop.name for loop in self._loops if not loop.ended(ends - time.monotonic())]
        if running:
            log.warning("worker stopped; still running: %s. What they claimed becomes due again.", ", ".join(running))
        else:
            log.info("worker stopped")

    def _write_heartbeat(self) -> None:
        before, self._was_well = self._was_well, self.well
        if self.heartbeat is not None and (self._was_well or before):
            text = json.dumps([attrs.asdict(health) for health in self.health], indent=1)
            try:
                self.heartbeat.write_text(text)
            except OSError as error:
                log.warning("cannot write the heartbeat file: %s", error)


@contextlib.contextmanager
def running_worker(worker: Worker) -> Iterator[Worker]:
    """Run *worker* in threads of this process: in a demo, in tests, or in a program that embeds us."""
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def serve(worker: Worker) -> int:
    """Run *worker* until SIGTERM or SIGINT. Returns 1 if a loop ended by itself, else 0. A second signal kills."""

    def on_signal(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=worker.ask_to_stop).start()  # a handler must not wait for a lock of its own thread

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    with running_worker(worker):
        return 0 if worker.wait() else 1
