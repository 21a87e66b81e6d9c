"""The two databases a benchmark runs on: an SQLite file, and a PostgreSQL of its own that writes to disk."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from support.postgres.server import Postgres

KINDS = ("sqlite", "postgresql")


@contextlib.contextmanager
def database_url(kind: str) -> Iterator[str]:
    """Yield the URL of an empty database that is gone afterwards; its commits reach the disk."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-") as room:
            yield f"sqlite:///{room}/payments.sqlite3"
        return
    server = Postgres(durable=True)
    server.start()
    try:
        yield server.url(server.create_database())
    finally:
        server.stop()
