"""Latest: records by their ids, listed from the latest on."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import attrs

from payments.domain.errors import PaymentNotFound


class Named(Protocol):
    """A record with an id of its own."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Named)


@attrs.frozen
class Latest(Generic[T]):
    """What is stored. `at` is the time by which a record is listed."""

    _at: Callable[[T], datetime]
    _kept: dict[str, T] = attrs.field(factory=dict)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def add(self, record: T) -> None:
        """Store a record."""
        with self._lock:
            self._kept[record.id] = record

    async def find(self, name: str) -> T | None:
        """Return the record with this id, if there is one."""
        with self._lock:
            return self._kept.get(name)

    async def page(self, before: str | None, limit: int) -> Sequence[T]:
        """Return up to *limit* records, the latest first, after *before*. Raises PaymentNotFound."""
        with self._lock:
            if before is not None and before not in self._kept:
                raise PaymentNotFound
            latest = sorted(self._kept.values(), key=lambda one: (self._at(one), one.id), reverse=True)
        start = 0 if before is None else [one.id for one in latest].index(before) + 1
        return latest[start : start + limit]
