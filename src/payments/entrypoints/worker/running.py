"""Worker: the loops together, their health, and the two ways to run them: inside another program, or as a process."""

import contextlib
import json
import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Final, Self

import attrs

from payments.domain.access import IdempotencyKeys
from payments.domain.use_cases.outbox import Courier, Outbox
from payments.domain.use_cases.sweep import Sweep
from payments.entrypoints.service import Service
from payments.entrypoints.worker.delivering import Delivering
from payments.entrypoints.worker.forgetting import Forgetting
from payments.entrypoints.worker.looking import Sweeping, Walking, WalkingDeep
from payments.entrypoints.worker.loops import Health, Loop
from payments.entrypoints.worker.pace import Pace

log = logging.getLogger("payments.worker")

PATIENCE: Final = 300.0
"""Seconds a batch may take before its loop is thought to hang: more than any lease."""
WALK_PATIENCE: Final = 6 * 3600.0
BEAT: Final = 5.0


@attrs.define(eq=False, kw_only=True)
class Worker:
    """The loops. Its adapters must block, not suspend, and be safe to use from several threads.

    Without a `courier` nobody is told, and messages wait in the `outbox`, 30 days at most. `heartbeat` is a file that
    is written every few seconds while all loops are well: a probe looks at its age.
    """

    sweep: Sweep
    courier: Courier | None
    outbox: Outbox
    keys: IdempotencyKeys
    pace: Pace = attrs.field(factory=Pace)
    heartbeat: Path | None = None
    _stop: threading.Event = attrs.field(factory=threading.Event, init=False)
    _asked: bool = attrs.field(default=False, init=False)
    _loops: tuple[Loop, ...] = attrs.field(default=(), init=False)

    @classmethod
    def of(cls, service: Service, pace: Pace | None = None, heartbeat: Path | None = None) -> Self:
        return cls(
            sweep=service.sweep,
            courier=service.courier,
            outbox=service.outbox,
            keys=service.idempotency,
            pace=pace or Pace(),
            heartbeat=heartbeat,
        )

    def start(self) -> None:
        """Start all loops. A worker that was stopped is not started again."""
        if self._loops:
            raise RuntimeError("This worker was started before; make a new one.")
        self._loops = (*self._looking(), *self._delivering(), self._forgetting())
        for loop in self._loops:
            loop.start()
        log.info("worker started: %s", ", ".join(loop.name for loop in self._loops))
        if self.courier is None:
            log.warning("nobody is told what happens: no endpoint and no subscriber; messages wait 30 days at most")

    def _looking(self) -> Iterator[Loop]:
        pace, sweep = self.pace, self.sweep
        sweeping = Sweeping(sweep, pace.sweep_batch, pace.idle)
        for number in range(pace.sweepers):
            yield Loop(f"sweep-{number + 1}", sweeping, self._stop, PATIENCE)
        yield Loop("walk", Walking(sweep, pace.walk_every), self._stop, WALK_PATIENCE)
        deep = WalkingDeep(sweep, pace.deep_walk_every, timedelta(days=pace.deep_walk_days))
        yield Loop("deep-walk", deep, self._stop, WALK_PATIENCE)

    def _delivering(self) -> Iterator[Loop]:
        if self.courier is not None:
            delivering = Delivering(self.courier, self.pace.deliver_batch, self.pace.idle, self._stop)
            for number in range(self.pace.deliverers):
                yield Loop(f"deliver-{number + 1}", delivering, self._stop, PATIENCE)

    def _forgetting(self) -> Loop:
        unheard = self.outbox if self.courier is None else None
        forgetting = Forgetting(self.keys, self.sweep.checkout.clock, self.pace.forget_every, unheard)
        return Loop("forget", forgetting, self._stop, PATIENCE)

    @property
    def health(self) -> Sequence[Health]:
        return [loop.health for loop in self._loops]

    @property
    def well(self) -> bool:
        """Whether every loop is alive. One whose steps fail is: a new worker would meet the same trouble."""
        return bool(self._loops) and all(health.well for health in self.health)

    def ask_to_stop(self) -> None:
        """Let every loop end after what it has at hand; does not wait."""
        self._asked = True
        self._stop.set()

    def wait(self) -> bool:
        """Beat until the worker is to stop; True if somebody asked for it, False if a loop ended by itself."""
        while True:
            self._beat()
            if self._stop.wait(BEAT):
                return self._asked

    def stop(self) -> None:
        """Stop, waiting at most `grace` seconds. What is not done then is left: it comes due again."""
        self.ask_to_stop()
        ends = time.monotonic() + self.pace.grace
        left = [loop.name for loop in self._loops if not loop.ended(ends - time.monotonic())]
        if left:
            log.warning("worker stopped; left at work: %s. What they had claimed comes due again.", ", ".join(left))
        else:
            log.info("worker stopped")

    def _beat(self) -> None:
        if self.heartbeat is not None and self.well:
            text = json.dumps([attrs.asdict(health) for health in self.health], indent=1)
            try:
                self.heartbeat.write_text(text)
            except OSError as error:
                log.warning("the heartbeat cannot be written: %s", error)


@contextlib.contextmanager
def running_worker(worker: Worker) -> Iterator[Worker]:
    """Run *worker* in threads of this process: in a demo, in tests, in a program that embeds us."""
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def serve(worker: Worker) -> int:
    """Run *worker* until SIGTERM or SIGINT; returns the exit code: 1 if it ended by itself. A second signal kills."""

    def asked(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=worker.ask_to_stop).start()  # a handler may not wait for a lock its own thread holds

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    with running_worker(worker):
        return 0 if worker.wait() else 1
