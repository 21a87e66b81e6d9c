"""A real PostgreSQL for tests: no account, no configuration, no network; it starts in half a second.

`Postgres` is one throw-away server on a Unix socket: start, crash, restart, stop, and as many databases as wanted.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql
from support.patience import EVENTUALLY
from support.postgres.binaries import account, binaries

SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # what a server may lack if nobody crashes it
GUARD = 'cat; kill -INT "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"'  # ends with us, however we end


class Postgres:
    """One server on a Unix socket in a folder of its own; both are gone after `stop`, or when this process ends.

    *durable* keeps the disk settings of a production server, for tests that crash it.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.room = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path ends at 107 bytes
        self.names = (f"test_{number}" for number in itertools.count(1))
        try:
            self._create()
        except BaseException:
            shutil.rmtree(self.room, ignore_errors=True)
            raise

    def _create(self) -> None:
        self.room.chmod(0o755)
        self.bin = binaries(self.room)
        if user := account().get("user"):
            os.chown(self.room, user, -1)
        options = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        command: list[str | Path] = [self.bin / "initdb", "-D", self.room / "data", "-U", "postgres", *options]
        subprocess.run(command, cwd=self.room, check=True, capture_output=True, **account())

    def start(self) -> None:
        """Start the server and return when it answers; after a crash it has then recovered."""
        settings = ["listen_addresses=", f"unix_socket_directories={self.room}", "max_connections=200"]
        settings += () if self.durable else SPEED
        options = itertools.chain.from_iterable(("-c", setting) for setting in settings)
        with (self.room / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.room / "data", *options],
                cwd=self.room, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **account(),
            )  # fmt: skip
        self.guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(self.process.pid), self.room],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + EVENTUALLY
        while True:
            try:
                psycopg.connect(self.address()).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"PostgreSQL did not start:\n{(self.room / 'log').read_text()}") from None
                time.sleep(0.01)
            else:
                return

    def crash(self) -> None:
        """Let every server process drop dead, as in a power cut; `start` recovers."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop in good order, cutting every connection, and start again."""
        self._end(signal.SIGINT)
        self.start()

    def stop(self) -> None:
        """End the server and remove everything it wrote."""
        self._end(signal.SIGINT)
        shutil.rmtree(self.room)

    def _end(self, how: signal.Signals) -> None:
        self.guard.kill()
        self.guard.communicate()
        self.process.send_signal(how)
        self.process.wait(EVENTUALLY)

    def address(self, database: str = "postgres") -> str:
        """Return what psycopg and libpq connect to."""
        return f"postgresql://postgres@/{database}?host={self.room}"

    def create_database(self, template: str = "template1") -> str:
        """Return the name of a new database, a copy of *template* (which nobody may be connected to meanwhile)."""
        name = next(self.names)
        self._run(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Drop the database, whoever is still connected."""
        self._run(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, database: str) -> str:
        """Return the database's address in SQLAlchemy's words."""
        return self.address(database).replace("postgresql://", "postgresql+psycopg://", 1)
