"""Faults of the machine under a running town: each is a `with` block, at whose end the fault is over.

SQLITE       the file locked, gone, and a disk without room
PROCESSES    the API, the worker and the provider stopped by a signal, or killed
"""

import contextlib
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import attrs
from support.system.town import House, Town


@attrs.frozen(kw_only=True)
class Scene:
    """A town, and the file of its database."""

    town: Town
    file: Path


Fault = Callable[[Scene], AbstractContextManager[None]]


@contextlib.contextmanager
def file_locked(scene: Scene) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(scene.file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextlib.contextmanager
def file_gone(scene: Scene) -> Iterator[None]:
    away = scene.file.with_suffix(".away")
    scene.file.rename(away)
    yield
    away.rename(scene.file)


@contextlib.contextmanager
def disk_full(scene: Scene) -> Iterator[None]:
    """No process of ours may make a file longer than the database is: to SQLite that is a disk without room."""
    running = [house.process.pid for house in (scene.town.api, scene.town.worker) if house.process]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in running]
    for pid, (_, hard) in zip(running, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (scene.file.stat().st_size, hard))
    yield
    for pid, limits in zip(running, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def stopped(name: str) -> Fault:
    """Return the fault that the process of this house stands still."""

    @contextlib.contextmanager
    def fault(scene: Scene) -> Iterator[None]:
        house: House = getattr(scene.town, name)
        assert house.process
        house.process.send_signal(signal.SIGSTOP)
        yield
        house.process.send_signal(signal.SIGCONT)

    return fault


def killed(name: str) -> Fault:
    """Return the fault that the process of this house dies, and comes back at the end."""

    @contextlib.contextmanager
    def fault(scene: Scene) -> Iterator[None]:
        house: House = getattr(scene.town, name)
        house.kill()
        yield
        house.start()

    return fault


PROCESSES: Final[dict[str, Fault]] = {
    **{f"{name} stopped": stopped(name) for name in ("api", "worker", "sandbox")},
    **{f"{name} killed": killed(name) for name in ("api", "sandbox")},
}
SQLITE: Final[dict[str, Fault]] = {"locked": file_locked, "gone": file_gone, "disk full": disk_full}
