"""Batches: executes many calls in one transaction (group commit). It has no threads and no event loop of its own.

A change that fails must not spoil its neighbours. What fails while a transaction is open is rolled back, and the
outcome of each of its changes is that it must run alone. Only two failures are shared by all: the database could not
be reached or locked at all, or it did not answer the commit. After that it is unknown whether the changes were
stored, so they must not run again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from payments.adapters.sql.engine.database import Database, Work
from payments.adapters.sql.engine.jobs import ALONE, Outcome

Together = Callable[[sa.Connection, Sequence[Work[Any]]], list[Outcome]]
"""Runs several works on one connection, and returns the outcome of each. What it raises is the failure of all."""


def uncounted(_: int) -> None:
    """Count nothing."""


@attrs.frozen(kw_only=True)
class Batches:
    """Nothing here raises: an error is the outcome of the calls that it concerns."""

    database: Database
    write_together: Together
    read_together: Together
    count_group: Callable[[int], None] = uncounted
    """Is called with the number of changes of each transaction."""

    def read(self, works: Sequence[Work[Any]]) -> list[Outcome]:
        """Return what each of *works* reads."""
        try:
            return self.database.read(lambda connection: self.read_together(connection, works))
        except BaseException:  # noqa: BLE001 - each is read again, and raises its own error
            return [ALONE] * len(works)

    def write(self, works: Sequence[Work[Any]]) -> list[Outcome]:
        """Commit what all of *works* do, and return the outcome of each."""
        transaction = _Transaction(self.write_together, works)
        try:
            outcomes = self.database.write(transaction)
        except BaseException as error:  # noqa: BLE001 - each caller gets it, or the one that it is due to
            return [ALONE if transaction.is_open else Outcome(error=error)] * len(works)
        self.count_group(len(works))
        return outcomes

    def alone(self, work: Work[Any], *, is_read: bool) -> Outcome:
        """Return the outcome of *work* in a transaction of its own."""
        run = self.database.read if is_read else self.database.write
        try:
            return Outcome(value=run(work))
        except BaseException as error:  # noqa: BLE001 - its caller gets it
            return Outcome(error=error)


@attrs.define
class _Transaction:
    """Several works in one transaction. It may run more than once, after the database undid it."""

    _together: Together
    _works: Sequence[Work[Any]]
    is_open: bool = False
    """Whether the works were running when the error was raised: neither before, nor at the commit."""

    def __call__(self, connection: sa.Connection) -> list[Outcome]:
        self.is_open = False
        connection.begin()  # on SQLite, this takes the write lock
        self.is_open = True
        outcomes = self._together(connection, self._works)
        self.is_open = False
        return outcomes
