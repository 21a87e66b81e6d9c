"""Where canaries are looked for: the log of everybody at debug level, and what a database has on its disk."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from payments.entrypoints.logs import AboutRequest, JsonLines, OneLine


@contextmanager
def debug_log() -> Iterator[io.StringIO]:
    """Yield what anybody logs meanwhile, as text for people with tracebacks, and as JSON."""
    written, root, statements = io.StringIO(), logging.getLogger(), logging.getLogger("sqlalchemy")
    before, handlers = (root.level, statements.level), []
    for formatter in (OneLine("%(levelname)s %(name)s [%(about)s] %(message)s"), JsonLines()):
        handler = logging.StreamHandler(written)
        handler.setFormatter(formatter)
        handler.addFilter(AboutRequest())
        handlers.append(handler)
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    statements.setLevel(logging.DEBUG)  # it has a level of its own
    try:
        yield written
    finally:
        root.setLevel(before[0])
        statements.setLevel(before[1])
        for handler in handlers:
            root.removeHandler(handler)


def on_disk(url: str) -> str:
    """Return the bytes of an SQLite database and its journal, or a dump of all tables in PostgreSQL."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return "\n".join(
            each.read_bytes().decode(errors="replace") for each in sorted(file.parent.glob(f"{file.name}*"))
        )
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        named = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return "\n".join(_copied(connection, str(name)) for (name,) in named)


def _copied(connection: "psycopg.Connection[tuple[object, ...]]", table: str) -> str:
    query = psycopg.sql.SQL("COPY {} TO STDOUT").format(psycopg.sql.Identifier(table))
    with connection.cursor().copy(query) as rows:
        return "".join(bytes(piece).decode() for piece in rows)
