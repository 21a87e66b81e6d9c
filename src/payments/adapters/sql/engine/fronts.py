"""Front: how the calls of a store reach its database. One storage adapter has two of them.

BlockingFront   each call is its own transaction and blocks its thread: for Django, scripts, jobs and the worker
LoopFront       (loop_front) calls suspend, and those that wait are executed together: for a server on an event loop
"""

from typing import Protocol, TypeVar

import attrs

from payments.adapters.sql.engine.database import Database, Work

T = TypeVar("T")


class Front(Protocol):
    """Database documents what the two ways of using it promise, and what they raise."""

    async def read(self, work: Work[T]) -> T:
        """Return what *work* reads."""

    async def write(self, work: Work[T]) -> T:
        """Return the result of *work* once what it did is committed and durable."""

    def close(self) -> None:
        """Finish the calls that were accepted; further ones are refused."""


@attrs.frozen
class BlockingFront:
    """Its coroutines never suspend, so they need no event loop."""

    _database: Database

    async def read(self, work: Work[T]) -> T:
        """Return what *work* reads."""
        return self._database.read(work)

    async def write(self, work: Work[T]) -> T:
        """Commit what *work* does, and return its result."""
        return self._database.write(work)

    def close(self) -> None:
        """Return at once: no call outlives its caller's wait."""
