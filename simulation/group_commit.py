"""GroupCommit: the calls of one server that wait are executed and committed together, as `payments serve` does.

The batches are the real ones. Only the thread that executes them and the event loop that waits are simulated: calls
gather for a while, then one event executes them, and each caller goes on a while after the commit. A server that dies
before that event has stored nothing; one that dies after it has stored everything, and nobody hears of it.
"""

from collections.abc import Generator, Sequence
from functools import partial
from types import coroutine
from typing import TYPE_CHECKING, Any, Final

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.jobs import Outcome
from payments.adapters.sql.payments.together import write_together
from payments.adapters.sql.payments.works import Add, Update
from payments.adapters.sql.store import SqlStore
from simulation.calling import Call, note_lost, unanswered
from simulation.scheduler import SECOND, Process, Work

if TYPE_CHECKING:
    from simulation.world import World

MOST_TOGETHER: Final = 32
LONGEST_GATHERING: Final = 20 * SECOND
"""A disk that is slow: many calls wait for it."""


@attrs.frozen
class _Step:
    """What a call of the store needs done before it can go on."""

    work: Any
    is_read: bool


@coroutine
def _hand_over(step: _Step) -> Generator[_Step, Any, Any]:
    return (yield step)


class _Handing:
    """A front that hands each step to whoever drives the call."""

    async def read(self, work: Any) -> Any:
        return await _hand_over(_Step(work, is_read=True))

    async def write(self, work: Any) -> Any:
        return await _hand_over(_Step(work, is_read=False))

    def close(self) -> None:
        """Nothing is kept here."""


@attrs.define(eq=False)
class _Waiting:
    """A call that waits: whose it is, its next step, and what became of it. `work` is there once it is executed."""

    name: str
    call: Call
    process: Process
    work: Work | None = None
    step: _Step | None = None
    is_lost: bool = False
    value: Any = None
    error: Exception | None = None


class GroupCommit:
    """Executes the calls of one server in batches."""

    def __init__(self, world: "World") -> None:
        assert isinstance(world.store, SqlStore)
        self._world, self._scheduler, self._chance = world, world.scheduler, world.chance
        self.store = world.store.over(_Handing())
        self._batches = attrs.evolve(world.store.batches(), write_together=self._write_together)
        self._waiting: list[_Waiting] = []

    async def read(self, name: str, call: Call) -> Any:
        return await self._waited(name, call)

    async def write(self, name: str, call: Call) -> Any:
        return await self._waited(name, call)

    async def _waited(self, name: str, call: Call) -> Any:
        assert self._scheduler.current is not None
        waiting = _Waiting(name, call, self._scheduler.current)
        if not self._waiting:
            self._scheduler.at(self._scheduler.now + self._gathering(), self._execute)
        self._waiting.append(waiting)
        await self._scheduler.stand(f"waiting to {name}")
        if waiting.error:
            raise waiting.error
        return waiting.value

    def _gathering(self) -> int:
        if self._chance.happens(self._world.plan.slow_disk):
            return self._chance.between(50, LONGEST_GATHERING)
        return self._chance.moment()

    def _execute(self) -> None:
        """Execute what waits, and the steps that follow from it."""
        taken, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
        if self._waiting:
            self._scheduler.at(self._scheduler.now + 1, self._execute)
        calls = [waiting for waiting in taken if _lives(waiting)]
        for waiting in calls:
            self._go_on(waiting, Outcome())
        while calls := [waiting for waiting in calls if waiting.step]:
            reads = [waiting for waiting in calls if waiting.step and waiting.step.is_read]
            writes = [waiting for waiting in calls if waiting not in reads]
            calls = [*self._executed(reads, is_read=True), *self._executed(writes, is_read=False)]

    def _executed(self, calls: Sequence[_Waiting], *, is_read: bool) -> list[_Waiting]:
        """Execute one step of *calls* together, and return those that were answered. The others run alone, later."""
        works = [waiting.step.work for waiting in calls if waiting.step]
        if not works:
            return []
        outcomes = self._batches.read(works) if is_read else self._batches.write(works)
        if not is_read:
            self._note(works, calls)
        answered = []
        for waiting, outcome in sorted(zip(calls, outcomes, strict=True), key=_order):
            if outcome.alone:
                self._scheduler.at(self._scheduler.now + self._chance.moment(), partial(self._run_alone, waiting))
            else:
                self._go_on(waiting, outcome)
                answered.append(waiting)
        return answered

    def _run_alone(self, waiting: _Waiting) -> None:
        while _lives(waiting) and waiting.step:
            self._go_on(waiting, self._batches.alone(waiting.step.work, is_read=waiting.step.is_read))

    def _go_on(self, waiting: _Waiting, outcome: Outcome) -> None:
        """Give a call the outcome of its step; it then has another step, or its caller gets its answer."""
        before, self._scheduler.current = self._scheduler.current, waiting.process
        waiting.step, waiting.work = None, waiting.work or waiting.call()
        try:
            waiting.step = waiting.work.throw(outcome.error) if outcome.error else waiting.work.send(outcome.value)
        except StopIteration as done:
            waiting.value = done.value
        except Exception as error:  # noqa: BLE001 - it is its caller's
            waiting.error = error
        finally:
            self._scheduler.current = before
        if waiting.step is None:
            waiting.error = unanswered() if waiting.is_lost else waiting.error
            waiting.process.at = f"after {waiting.name}"
            self._scheduler.wake(waiting.process, self._chance.moment())

    def _write_together(self, connection: sa.Connection, works: Sequence[Any]) -> list[Outcome]:
        """Write, and sometimes have the database undo all of it, so that each change must run alone."""
        outcomes = write_together(connection, works)
        conflicts = self._world.faults.conflicts
        likely = 0.8 if conflicts and _changes_one_twice(works) else conflicts * 10
        if len(works) > 1 and self._chance.happens(likely):
            self._world.count("batch", "undone, and each change alone")
            raise UndoneError
        return outcomes

    def _note(self, works: Sequence[Any], calls: Sequence[_Waiting]) -> None:
        if len(works) > 1:
            self._world.count("batch", "of several changes")
        if _changes_one_twice(works):
            self._world.count("batch", "of several changes of one payment")
        if self._chance.happens(self._world.faults.lost_commits):
            note_lost(self._world)
            for waiting in calls:
                waiting.is_lost = True


def _changes_one_twice(works: Sequence[Any]) -> bool:
    """Return whether a batch has several changes of one payment, whose order may be another when each runs alone."""
    changed = [work.merchant_id for work in works if isinstance(work, Update)]
    return len(changed) > len(set(changed))


class UndoneError(Exception):
    """The database undid a transaction while it was open."""


def _lives(waiting: _Waiting) -> bool:
    """Return whether somebody still waits; the call of a dead process is never executed."""
    if not waiting.process.alive and waiting.work:
        waiting.work.close()
    return waiting.process.alive


def _order(executed: tuple[_Waiting, Outcome]) -> int:
    """Sort by when a batch executes it: what is added, what is changed, and everything else."""
    step = executed[0].step
    work = step.work if step else None
    return 0 if isinstance(work, Add) else 1 if isinstance(work, Update) else 2
