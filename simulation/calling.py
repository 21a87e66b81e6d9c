"""Calling: how the calls of a machine reach the database. Answers that never come are injected here.

AtOnce        each call is a transaction of its own: a worker, and a server over any store
GroupCommit   (group_commit) calls that wait are committed together: a server on an event loop over SQL
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from payments.domain.errors import StorageUnavailable
from payments.domain.ports import Store
from simulation.scheduler import Work

if TYPE_CHECKING:
    from simulation.world import World

Call = Callable[[], Work]


class Calls(Protocol):
    """Executes the calls that a machine makes on `store`."""

    store: Store

    async def read(self, name: str, call: Call) -> Any:
        """Return what *call* reads, after a while."""

    async def write(self, name: str, call: Call) -> Any:
        """Return what *call* returns once it is committed, after a while. Raises StorageUnavailable."""


class AtOnce:
    """Executes each call when it is made."""

    def __init__(self, world: "World") -> None:
        self.store = world.store
        self._world = world

    async def read(self, name: str, call: Call) -> Any:
        answer = await call()
        await self._returns(name)
        return answer

    async def write(self, name: str, call: Call) -> Any:
        answer = await call()
        lost = self._world.chance.happens(self._world.faults.lost_commits)
        if lost:
            note_lost(self._world)
        await self._returns(name)
        if lost:
            raise unanswered()
        return answer

    async def _returns(self, name: str) -> None:
        await self._world.scheduler.pause(f"after {name}", self._world.chance.moment())


def note_lost(world: "World") -> None:
    """Count a commit whose answer never comes."""
    world.marks.hit("lost commit answer")
    world.count("fault", "commit answer lost")


def unanswered() -> StorageUnavailable:
    return StorageUnavailable("The database did not answer. The change may have been stored.")
