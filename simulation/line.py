"""Line: the way to the provider and back. A call is lost or late, its answer is rubbish, or shows an old snapshot."""

from functools import partial
from typing import TYPE_CHECKING, Final

from payments.domain.errors import NotSent, Unknown
from payments.domain.report import Report
from simulation.plan import Guesses
from simulation.rows import Page, Row
from simulation.scheduler import MINUTE, SECOND

if TYPE_CHECKING:
    from simulation.world import World

READ_DEADLINE: Final = 15 * SECOND
LONGEST_WORK: Final = 10 * MINUTE
"""What the domain assumes (LONGEST_AT_WORK), written down again: a domain that assumes less must be noticed."""


class Line:
    """What every gateway's calls have in common, whatever the provider speaks."""

    def __init__(self, world: "World", skew: int) -> None:
        self._world, self._skew = world, skew
        self._scheduler, self._provider = world.scheduler, world.provider

    @property
    def _guesses(self) -> Guesses:
        return self._world.plan.guesses

    async def _sent(self, name: str, deadline: int = READ_DEADLINE) -> None:
        """Bring a request to the provider. Raises NotSent, or Unknown for one that never arrives."""
        chance, faults = self._world.chance, self._world.faults
        if name != "listing":
            self._world.tell_step(f"asks the provider: {name}")
        await self._scheduler.pause(f"before {name}", chance.travel())
        if self._world.outage() or chance.happens(faults.not_sent):
            self._world.count("fault", "not sent")
            raise NotSent("The provider was not reached.")
        if chance.happens(faults.lost):
            self._world.count("fault", "request lost")
            await self._scheduler.pause(f"after {name}", deadline)
            raise Unknown("The provider did not answer.")

    async def _answered(self, name: str) -> None:
        """Bring an answer back. Raises Unknown for one that is lost, late or rubbish, or a server's error."""
        chance, faults = self._world.chance, self._world.faults
        if chance.happens(faults.unanswered):
            self._world.count("fault", chance.choice(["answer lost", "answer late", "server error", "rubbish"]))
            await self._scheduler.pause(f"after {name}", chance.choice([20, READ_DEADLINE]))
            raise Unknown("The provider's answer cannot be used.")
        await self._scheduler.pause(f"after {name}", chance.travel())

    def _work(self) -> int:
        """Return how long a cancel takes: mostly seconds, at worst nearly as long as we assume."""
        chance, faults = self._world.chance, self._world.faults
        if not chance.happens(faults.slow):
            return chance.between(100, 3 * SECOND)
        # what a send may lose before it arrives, what clocks differ by, and what a replica hides count too
        longest = LONGEST_WORK - 2 * faults.skew - faults.lag - 90 * SECOND
        return chance.between(20 * SECOND, longest)

    async def _worked_on(self, work: int, deadline: int) -> None:
        """Wait for a cancel that takes *work* milliseconds. Raises Unknown for one that is done after *deadline*."""
        if work > deadline:
            self._world.count("fault", "slow cancel")
            await self._scheduler.pause("after refund", deadline)
            raise Unknown("The provider did not answer in time.")
        await self._scheduler.pause("at work on refund", work)

    def _replica(self) -> int:
        """Return the time whose state the answer shows."""
        lag = self._world.faults.lag
        if lag and self._world.chance.happens(0.5):
            return self._scheduler.now - self._world.chance.between(0, lag)
        return self._scheduler.now

    def _note_staleness(self, row: Row, report: Report) -> None:
        if report is not row.latest and row.latest.tells_more_than(report):
            self._world.marks.hit("stale snapshot")

    def _unsettle(self, shown: Page) -> None:
        """Have restless rows of old stretches leave their places before the next page is read."""
        scheduler = self._scheduler
        for row in shown.rows if shown.pages > 1 else ():
            is_old = scheduler.now - row.listed_at > 25 * MINUTE
            if row.restless and is_old and self._world.chance.happens(0.5):
                row.restless = False
                scheduler.at(
                    scheduler.now + self._world.chance.between(1, SECOND), partial(self._provider.approve, row)
                )
