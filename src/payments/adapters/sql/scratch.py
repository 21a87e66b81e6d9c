"""Scratch: the rows of a payout file in a temporary SQLite file, so that memory does not grow with the file.

The temporary file is private to this process, and gone when it is closed.
"""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import attrs

from payments.domain.books.settlement import SettlementFinding, SettlementFindingKind, SettlementRow

_TABLES: Final = """
CREATE TABLE rows (name TEXT NOT NULL, line INTEGER NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, day TEXT);
CREATE TABLE unread (line INTEGER NOT NULL, name TEXT NOT NULL, what TEXT NOT NULL);
"""
_BATCH: Final = 1_000
_MOST_NAMES: Final = 500
"""How many names one statement asks for: SQLite takes a bounded number of parameters."""


def _temporary() -> sqlite3.Connection:
    """Return a database without a name, whose file SQLite deletes. One thread may fill it, and another read it."""
    return sqlite3.connect("", check_same_thread=False)


@attrs.define
class Scratch:
    """The rows of a file. SettlementFile documents what reads them; `skipped` counts lines that were no rows."""

    name: str
    skipped: int = 0
    _connection: sqlite3.Connection = attrs.field(factory=_temporary)

    def __attrs_post_init__(self) -> None:
        self._connection.executescript(_TABLES)

    def fill(self, found: Iterable[SettlementRow | SettlementFinding]) -> None:
        """Keep each row, and each finding about a line that is no row."""
        lines = iter(found)
        while batch := list(itertools.islice(lines, _BATCH)):
            rows = [_stored(one) for one in batch if isinstance(one, SettlementRow)]
            unread = [(one.line, one.name, one.what) for one in batch if isinstance(one, SettlementFinding)]
            self._connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", rows)
            self._connection.executemany("INSERT INTO unread VALUES (?, ?, ?)", unread)
        self._connection.execute("CREATE INDEX by_name ON rows (name, line)")

    def unread(self) -> Iterator[SettlementFinding]:
        """Yield a finding for each line that is no row."""
        kind = SettlementFindingKind.NOT_READ
        for line, name, what in self._connection.execute("SELECT line, name, what FROM unread ORDER BY line"):
            yield SettlementFinding(kind=kind, line=line, name=name, what=what)

    def by_name(self) -> Iterator[SettlementRow]:
        """Yield all rows, those of one capture together."""
        chosen = "SELECT name, line, amount, fee, day FROM rows ORDER BY name, line"
        for name, line, amount, fee, day in self._connection.execute(chosen):
            payout_day = date.fromisoformat(day) if day else None
            yield SettlementRow(line=line, name=name, amount=amount, fee=fee, payout_day=payout_day)

    def names(self, asked: Iterable[str]) -> frozenset[str]:
        """Return which of these names have a row."""
        left, found = iter(asked), set[str]()
        while some := list(itertools.islice(left, _MOST_NAMES)):
            places = ", ".join("?" * len(some))
            chosen = f"SELECT DISTINCT name FROM rows WHERE name IN ({places})"  # noqa: S608 - question marks alone
            found.update(name for (name,) in self._connection.execute(chosen, some))
        return frozenset(found)

    def close(self) -> None:
        """Delete the temporary file."""
        self._connection.close()


def _stored(row: SettlementRow) -> tuple[str, int, int, int, str | None]:
    return (row.name, row.line, row.amount, row.fee, row.payout_day.isoformat() if row.payout_day else None)
