"""Database: one engine, and the two ways to use it. Whatever fails comes out as an error of the domain.

read    statements that each stand alone, outside any transaction
write   one transaction: all of it is stored, or nothing; run again where the database gave it up for another's sake
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import attrs
import sqlalchemy as sa
import sqlalchemy.exc

from payments.adapters.sql.engine.failures import may_run_again, translated
from payments.domain.errors import ConcurrentUpdate

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

AGAIN: Final = 5
PATIENCE: Final = 5.0
"""Seconds: after them nothing is begun again, and a writer no longer waits for its turn."""


@attrs.frozen(kw_only=True)
class Database:
    """Where the tables are. `write_lock` admits one writer of this process at a time, where the database allows one."""

    engine: sa.Engine
    reading: sa.Engine
    writing: sa.Engine
    write_lock: "threading.Lock | None"  # quoted, because Lock is no class before Python 3.13
    _inside: threading.local = attrs.field(factory=threading.local)

    def read(self, work: Work[T]) -> T:
        """Return what *work* reads. Raises StorageUnavailable or ConcurrentUpdate."""
        return self._persistently(self.reading, work)

    def write(self, work: Work[T]) -> T:
        """Commit what *work* does and return its result; where *work* raises, nothing is stored.

        Raises a StorageConflict or StorageUnavailable. *work* may run more than once.
        """
        with self._alone():
            return self._persistently(self.writing, work, commit=True)

    def _persistently(self, engine: sa.Engine, work: Work[T], *, commit: bool = False) -> T:
        start = time.monotonic()
        for again in range(AGAIN + 1):
            committing = False
            try:
                with engine.connect() as connection:
                    result = work(connection)
                    committing = commit
                    if commit:
                        connection.commit()
                    return result
            except sa.exc.SQLAlchemyError as error:
                late = again == AGAIN or time.monotonic() - start > PATIENCE
                if late or not may_run_again(error, committing=committing):
                    if known := translated(error, committing=committing):
                        raise known from error
                    raise
            time.sleep(random.uniform(0, 0.01) * 2**again)  # noqa: S311 - only keeps rivals apart
        raise AssertionError("the last try has raised or returned")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._inside, "writing", False):
            raise RuntimeError("A change must be pure: it may not write to the store it is called by.")
        if self.write_lock and not self.write_lock.acquire(timeout=PATIENCE):
            raise ConcurrentUpdate("Too many changes at once. Nothing was stored; try again later.")
        self._inside.writing = True
        try:
            yield
        finally:
            self._inside.writing = False
            if self.write_lock:
                self.write_lock.release()
