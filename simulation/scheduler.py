"""Scheduler: one seeded clock and one queue; processes are coroutines, resumed one at a time.

A process stands still at each `pause`. When it goes on is drawn from the seed, so any other may run in between, and
its machine may die there. The same seed gives the same order.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from types import coroutine
from typing import Any, Final

from payments.domain.errors import PaymentsError

NOON: Final = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # a Monday noon in Seoul
SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

PEOPLE: Final = "people"
"""The group of those who are no machines: they go home, and never die."""

Work = Coroutine[Any, Any, Any]


class Killed(BaseException):
    """The process dies here, as by kill -9: it reaches no port any more."""


@coroutine
def _yield(what: Any) -> Generator[Any, None, None]:
    yield what


async def passing(wait: int) -> None:
    """Let *wait* milliseconds pass, from within code that knows no scheduler."""
    await _yield(wait)


class Process:
    """One coroutine on its way. `at` names where it stands; in the end it has a `result` or an `error`."""

    __slots__ = ("alive", "at", "error", "group", "killed", "looked", "name", "result", "sending", "waiters", "work")

    def __init__(self, name: str, work: Work, group: str) -> None:
        self.name, self.work, self.group, self.at = name, work, group, "start"
        self.alive, self.killed = True, False
        self.result: Any = None
        self.error: PaymentsError | None = None
        self.waiters: list[Process] = []
        self.sending: Any = None  # the refund that it hands to an adapter
        self.looked: dict[str, bool] = {}
        """The payments it has asked the provider about, and whether the answer was complete."""


class Scheduler:
    """Runs what is due, in the order of the virtual clock; `now` counts milliseconds since NOON."""

    def __init__(self) -> None:
        self.now = 0
        self.steps = 0
        self.current: Process | None = None
        self.crashes: Counter[str] = Counter()
        self.bugs: list[tuple[str, BaseException]] = []
        self.processes: dict[Process, None] = {}
        self.after_step: Callable[[Process], None] = lambda _: None
        self.before_step: Callable[[Process], None] = lambda _: None
        self._queue: list[tuple[int, int, Process | Callable[[], None]]] = []
        self._number = 0
        self._trace = hashlib.blake2b(digest_size=8)

    @property
    def trace(self) -> str:
        """A hash of everything that ran, where and when: equal for equal runs."""
        return self._trace.hexdigest()

    def time(self) -> datetime:
        return NOON + timedelta(milliseconds=self.now)

    def start(self, name: str, work: Work, group: str = "", wait: int = 0) -> Process:
        """Begin a process, which takes its first step after *wait*."""
        process = Process(name, work, group)
        self.processes[process] = None
        self._push(wait, process)
        return process

    def at(self, time: int, call: Callable[[], None]) -> None:
        """Have *call* made at *time*, which nothing prevents."""
        self._push(time - self.now, call)

    async def pause(self, where: str, wait: int) -> None:
        """Stand still for *wait* milliseconds. Raises Killed in a process that is dead."""
        current = self.current
        assert current is not None
        if current.killed:
            raise Killed
        current.at = where
        await _yield(wait)

    async def stand(self, where: str) -> None:
        """Stand still until `wake` is called."""
        assert self.current is not None
        self.current.at = where
        await _yield(None)

    def wake(self, process: Process, wait: int) -> None:
        """Let a process that stands still go on after *wait* milliseconds."""
        self._push(wait, process)

    async def finished(self, process: Process) -> Process:
        """Wait until *process* has ended, or died."""
        current = self.current
        assert current is not None
        if process.alive:
            current.at = f"waiting for {process.name}"
            process.waiters.append(current)
            await _yield(None)
        return process

    def kill(self, process: Process) -> None:
        """End a process where it stands."""
        if not process.alive:
            return
        process.killed = True
        if process.group != PEOPLE and process.at != "idle":
            self.crashes[process.at] += 1
        before, self.current = self.current, process
        try:
            process.work.throw(Killed())
        except (Killed, StopIteration):
            pass
        finally:
            self.current = before
        self._end(process)

    def kill_group(self, group: str) -> None:
        """End every process of a machine."""
        for process in [p for p in self.processes if p.group == group]:
            self.kill(process)

    def close(self) -> None:
        """End everything that still runs: the world is over."""
        for process in list(self.processes):
            self.kill(process)

    def run(self, until: int, steps: int) -> bool:
        """Run what is due up to *until*, at most to the step *steps*; True once nothing is left before then."""
        queue = self._queue
        while queue and queue[0][0] <= until and self.steps < steps:
            time, _, item = heappop(queue)
            self.now = max(time, self.now)
            if not isinstance(item, Process):
                item()
            elif item.alive:
                self.before_step(item)
                if item.alive:
                    self._step(item)
            if self.bugs:
                return False
        if self.steps < steps and not (queue and queue[0][0] <= until):
            self.now = max(self.now, until) if queue or until < 10**15 else self.now
            return True
        return False

    @property
    def next_time(self) -> int | None:
        """When something is due next."""
        while self._queue and isinstance(item := self._queue[0][2], Process) and not item.alive:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def _step(self, process: Process) -> None:
        self.steps += 1
        self.current = process
        self._trace.update(f"{self.now}{process.name}{process.at}".encode())
        try:
            wait = process.work.send(None)
        except StopIteration as done:
            process.result = done.value
            self._end(process)
        except PaymentsError as error:
            process.error = error
            self._end(process)
        except Exception as error:  # noqa: BLE001 - whatever is no PaymentsError is a bug, and is reported as one
            self.bugs.append((process.name, error))
            self._end(process)
        else:
            if wait is not None:
                self._push(wait, process)
        self.after_step(process)
        self.current = None

    def _end(self, process: Process) -> None:
        process.alive = False
        self.processes.pop(process, None)
        for waiter in process.waiters:
            self._push(1, waiter)

    def _push(self, wait: int, item: Process | Callable[[], None]) -> None:
        self._number += 1
        heappush(self._queue, (self.now + wait, self._number, item))
