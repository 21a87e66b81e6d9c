"""Faults of the machine under a running town: each is a `with` block, at whose end the fault is over.

POSTGRESQL   the server restarted, stopped, frozen; its connections ended or used up; rows and tables locked; read-only
SQLITE       the file locked, gone, and a disk without room
PROCESSES    the API, the worker and the provider stopped by a signal, or killed
"""

import contextlib
import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import attrs
import psycopg
from support.postgres.server import Postgres
from support.system.town import House, Town

OTHERS: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"


@attrs.frozen(kw_only=True)
class Scene:
    """A town, and its database: a server of its own and the name of a database, or a file."""

    town: Town
    server: Postgres | None = None
    database: str = ""
    file: Path = Path()

    def console(self) -> "psycopg.Connection[tuple[object, ...]]":
        assert self.server
        return psycopg.connect(self.server.address(self.database), autocommit=True)


Fault = Callable[[Scene], AbstractContextManager[None]]


@contextlib.contextmanager
def restarted(scene: Scene) -> Iterator[None]:
    assert scene.server
    scene.server.restart()
    yield


@contextlib.contextmanager
def crashed(scene: Scene) -> Iterator[None]:
    assert scene.server
    scene.server.crash()
    yield
    scene.server.start()


def frozen(scene: Scene) -> AbstractContextManager[None]:
    assert scene.server
    return standing_still(scene.server)


@contextlib.contextmanager
def standing_still(server: Postgres) -> Iterator[None]:
    """Stop every process of a server by a signal, and let them go on at the end."""
    first = server.process.pid  # its children have sessions of their own
    everybody = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    for pid in everybody:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in everybody:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def connections_ended(scene: Scene) -> Iterator[None]:
    with scene.console() as console:
        console.execute(OTHERS, [scene.database])
    yield


@contextlib.contextmanager
def connections_used_up(scene: Scene) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        console = stack.enter_context(scene.console())
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(scene.console())
        console.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'payments'")
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(scene.console())
        yield


@contextlib.contextmanager
def rows_locked(scene: Scene) -> Iterator[None]:
    with scene.console() as console, console.transaction():
        console.execute("SELECT * FROM pkr_payments FOR UPDATE")
        yield


@contextlib.contextmanager
def tables_locked(scene: Scene) -> Iterator[None]:
    with scene.console() as console, console.transaction():
        console.execute("LOCK TABLE pkr_payments, pkr_outbox, pkr_refunds IN ACCESS EXCLUSIVE MODE")
        yield


@contextlib.contextmanager
def read_only(scene: Scene) -> Iterator[None]:
    """As a standby is, or a server whose disk is full."""
    with scene.console() as console:
        console.execute(f"ALTER DATABASE {scene.database} SET default_transaction_read_only = on")
        console.execute(OTHERS, [scene.database])
        yield
        console.execute("SET default_transaction_read_only = off")
        console.execute(f"ALTER DATABASE {scene.database} RESET default_transaction_read_only")
        console.execute(OTHERS, [scene.database])


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
POSTGRESQL: Final[dict[str, Fault]] = {
    "restarted": restarted,
    "crashed": crashed,
    "frozen": frozen,
    "connections ended": connections_ended,
    "connections used up": connections_used_up,
    "rows locked": rows_locked,
    "tables locked": tables_locked,
    "read-only": read_only,
}
SQLITE: Final[dict[str, Fault]] = {"locked": file_locked, "gone": file_gone, "disk full": disk_full}
