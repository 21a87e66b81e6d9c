"""Database: one engine, and the two ways to use it. A failure of the database is raised as an error of the domain.

read    statements that each stand alone, outside any transaction
write   one transaction: all of it is stored, or nothing; retried if the database aborted it because of another one
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, TypeVar

import attrs
import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.pool import QueuePool

from payments.adapters.sql.engine.failures import domain_error, is_retryable
from payments.adapters.sql.engine.fair_lock import FairLock
from payments.domain.errors import ConcurrentUpdate

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

MAX_RETRIES: Final = 5
MAX_WAIT_SECONDS: Final = 5.0
"""How long a call waits for a connection or for the write lock; after that time it is not retried either."""

CONNECT_PATIENCE_SECONDS: Final = 2.5
"""How long a call tries to connect where connections are refused at once: a server that restarts, or has too many."""
FIRST_PAUSE_SECONDS: Final = 0.05


def pool_options(pool_size: int) -> dict[str, Any]:
    """Return the options of an engine with at most *pool_size* connections."""
    return {"poolclass": QueuePool, "pool_size": pool_size, "max_overflow": 0, "pool_timeout": MAX_WAIT_SECONDS}


def unwatched(_: sa.Connection) -> AbstractContextManager[None]:
    """Let a call take as long as it takes."""
    return contextlib.nullcontext()


@attrs.frozen(kw_only=True)
class Database:
    """The database. `write_lock` queues the writers of this process if the database allows one writer at a time.

    `readers_wait`: a commit waits until nobody reads, and readers wait for it.
    """

    engine: sa.Engine
    reading: sa.Engine
    writing: sa.Engine
    write_lock: FairLock | None
    readers_wait: bool = False
    watching: Callable[[sa.Connection], AbstractContextManager[None]] = unwatched
    """Bounds the time for which a call may wait for the server."""
    _thread: threading.local = attrs.field(factory=threading.local)

    @property
    def is_writing(self) -> bool:
        """Whether the caller runs inside a transaction of this thread."""
        return getattr(self._thread, "writing", False)

    def read(self, work: Work[T]) -> T:
        """Return what *work* reads. Raises StorageUnavailable or ConcurrentUpdate."""
        return self._with_retries(self.reading, work)

    def write(self, work: Work[T]) -> T:
        """Commit what *work* does and return its result; if *work* raises an error, nothing is stored.

        Raises a StorageConflict or StorageUnavailable. *work* may run more than once.
        """
        with self._as_writer():
            return self._with_retries(self.writing, work, commit=True)

    def _with_retries(self, engine: sa.Engine, work: Work[T], *, commit: bool = False) -> T:
        start = time.monotonic()
        for retries in range(MAX_RETRIES + 1):
            committing = False
            try:
                with contextlib.ExitStack() as stack:
                    connection = self._connected(engine, start)
                    stack.enter_context(self.watching(connection))
                    stack.enter_context(connection)
                    result = work(connection)
                    committing = commit
                    if commit:
                        connection.commit()
                    return result
            except sa.exc.SQLAlchemyError as error:
                is_last = retries == MAX_RETRIES or time.monotonic() - start > MAX_WAIT_SECONDS
                if is_last or not is_retryable(error, committing=committing):
                    if known := domain_error(error, committing=committing):
                        raise known from error
                    raise
            time.sleep(random.uniform(0, 0.01) * 2**retries)  # noqa: S311 - only spreads the retries
        raise AssertionError("the last try must return or raise")

    @staticmethod
    def _connected(engine: sa.Engine, start: float) -> sa.Connection:
        """Return a connection. If a server refuses it, this is tried again briefly, because nothing was sent."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return engine.connect()
            except sa.exc.OperationalError:
                if engine.dialect.name == "sqlite" or time.monotonic() + pause - start > CONNECT_PATIENCE_SECONDS:
                    raise
            time.sleep(pause)
            pause *= 2

    @contextlib.contextmanager
    def _as_writer(self) -> Iterator[None]:
        if self.is_writing:
            raise RuntimeError("A change must be pure: it must not write to the store that calls it.")
        if self.write_lock and not self.write_lock.acquire(timeout=MAX_WAIT_SECONDS):
            raise ConcurrentUpdate("There are too many changes at once. Nothing was stored. Try again later.")
        self._thread.writing = True
        try:
            yield
        finally:
            self._thread.writing = False
            if self.write_lock:
                self.write_lock.release()
