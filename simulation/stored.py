"""Stored: the store that a world runs over: dicts, or the SQL adapter over an SQLite file in RAM."""

from collections.abc import Iterator
from contextlib import contextmanager

from payments.adapters.memory.store import MemoryStore
from payments.domain.store import Store
from simulation.world import PREFIX

KINDS = ("memory", "sql")


@contextmanager
def opened(kind: str) -> Iterator[Store]:
    """Open an empty store, and close it in the end."""
    if kind == "memory":
        yield MemoryStore.empty(PREFIX)
        return
    from simulation.sqlite_in_ram import opened_sql  # SQLAlchemy is loaded only where it is asked for

    with opened_sql() as store:
        yield store
