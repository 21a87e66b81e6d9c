"""Stored: what a world runs over: dicts, or the SQL adapter over an SQLite file in RAM.

Over `batched`, each server commits the calls that wait together, as `payments serve` does.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from payments.adapters.memory.store import MemoryStore
from payments.domain.ports import Store
from payments.domain.values import Mode
from simulation.plan import Plan
from simulation.world import PREFIX, World

KINDS: Final = ("memory", "sql", "batched")
RAM: Final = Path("/dev/shm")  # noqa: S108 - files of ours, in a folder that mkdtemp makes


@contextmanager
def world_over(kind: str, plan: Plan, **options: Any) -> Iterator[World]:
    """Return the world of *plan* over an empty store, which is closed in the end."""
    with opened(kind, plan.mode) as store:
        if kind == "batched":
            from simulation.group_commit import GroupCommit

            options["server_calls"] = GroupCommit
        yield World(plan, store, **options)


@contextmanager
def opened(kind: str, mode: Mode) -> Iterator[Store]:
    """Open an empty store, and close it in the end."""
    if kind == "memory":
        yield MemoryStore.empty(PREFIX)
        return
    from payments.adapters.sql.store import open_store  # SQLAlchemy is loaded only where it is asked for

    with tempfile.TemporaryDirectory(prefix="payments-", dir=RAM if RAM.is_dir() else None) as folder:
        path = Path(folder) / "payments.db"
        path.write_bytes(_empty_database(mode))
        store = open_store(f"sqlite:///{path}", mode, pool_size=2, prefix=PREFIX)
        try:
            yield store
        finally:
            store.close()


@cache
def _empty_database(mode: Mode) -> bytes:
    """Return the bytes of a database with its tables: to make them anew takes longer than a world."""
    from payments.adapters.sql.store import open_store

    folder = Path(tempfile.mkdtemp(prefix="payments-", dir=RAM if RAM.is_dir() else None))
    try:
        open_store(f"sqlite:///{folder / 'empty.db'}", mode, create=True, prefix=PREFIX).close()
        return (folder / "empty.db").read_bytes()
    finally:
        shutil.rmtree(folder)
