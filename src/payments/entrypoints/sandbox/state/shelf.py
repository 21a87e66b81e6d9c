"""Shelf: where the parts of a sandbox keep their state; in memory, or in a file as well.

table    a dict for the rows of one part: `Customers(rows=shelf.table("customers"))`
history  a dict of tuples that only grow: the states of each payment
part     a part that has more than rows: it has `snapshot()` and `restore()`
open     from now on every change is recorded before `lock` is released
"""

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from payments.entrypoints.sandbox.state.file import StateFile
from payments.entrypoints.sandbox.state.lock import CommittingLock


class Part(Protocol):
    """A part of the sandbox whose state is one value that the codec can write."""

    def snapshot(self) -> Any:
        """Return the state."""

    def restore(self, snapshot: Any) -> None:
        """Take over a state that `snapshot` returned, perhaps in another process; tuples come back as lists."""


class Table(dict[Any, Any]):
    """A dict that knows which entries were set or deleted since the last commit.

    Only `table[key] = value` and `del table[key]` are recorded. A value that changes in place must be set again.
    """

    def __init__(self, known: Mapping[Any, Any], *, grows: bool) -> None:
        super().__init__(known)
        self.grows = grows
        self.changed: dict[Any, None] = {}
        self._recorded = {key: len(value) for key, value in known.items()} if grows else {}

    def __setitem__(self, key: Any, value: Any) -> None:
        self.changed[key] = None
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self.changed[key] = None
        super().__delitem__(key)

    def changes(self) -> list[list[Any]]:
        """Return `[key, value]` for each changed entry, `[key]` for a deleted one; of a growing tuple its new end."""
        return [self._change(key) for key in self.changed]

    def _change(self, key: Any) -> list[Any]:
        if key not in self:
            return [key]
        return [key, self[key][self._recorded.get(key, 0) :] if self.grows else self[key]]

    def committed(self) -> None:
        """Forget the changes: they are recorded."""
        if self.grows:
            self._recorded |= {key: len(self[key]) for key in self.changed}
        self.changed.clear()


class Shelf:
    """The state of one sandbox. Raises UnusableStateFile for a file that cannot be read."""

    def __init__(self, file: StateFile | None = None) -> None:
        self._file = file
        self._is_open, self._start_is_recorded = False, False
        self._tables: dict[str, Table] = {}
        self._parts: dict[str, Part] = {}
        self._rows: dict[str, dict[Any, Any]] = {}
        self._snapshots: dict[str, Any] = {}
        self.starts = 0
        """How many sandboxes have run on the file before."""
        self.lock: AbstractContextManager[object] = CommittingLock(self._commit) if file else threading.RLock()
        for record in file.records() if file else ():
            self._replay(record)

    @classmethod
    def at(cls, path: Path | None) -> "Shelf":
        """Return the shelf of the state file at *path*, one in memory for None."""
        if path is None:
            return cls()
        file = StateFile(path)
        try:
            return cls(file)
        except BaseException:
            file.close()
            raise

    def _replay(self, record: dict[str, Any]) -> None:
        self.starts += record.get("starts", 0)
        self._snapshots |= record.get("parts", {})
        for name, entries in record.get("tables", {}).items():
            rows = self._rows.setdefault(name, {})
            for key, *value in entries:
                _replay(rows, tuple(key) if isinstance(key, list) else key, *value)
        for name, entries in record.get("histories", {}).items():
            rows = self._rows.setdefault(name, {})
            for key, states in entries:
                rows[key] = (*rows.get(key, ()), *states)

    def table(self, name: str) -> dict[Any, Any]:
        """Return the rows of a part, filled with what the file says."""
        return self._table(name, grows=False)

    def history(self, name: str) -> dict[Any, tuple[Any, ...]]:
        """Return a table whose values are tuples that only grow: each change records what is new at their ends."""
        return self._table(name, grows=True)

    def _table(self, name: str, *, grows: bool) -> dict[Any, Any]:
        if self._file is None:
            return {}
        self._tables[name] = table = Table(self._rows.pop(name, {}), grows=grows)
        return table

    def part(self, name: str, part: Part) -> None:
        """Restore *part* from the file, and record its changes from now on."""
        if name in self._snapshots:
            part.restore(self._snapshots[name])
        if self._file is not None:
            self._parts[name] = part

    def seed(self, seed: int | None) -> int | str | None:
        """Return what *seed* is at this start: ids are known in advance, but none is given out twice."""
        return seed if seed is None or not self.starts else f"{seed}:{self.starts}"

    def open(self) -> None:
        """Record this start, what the parts know already, and from now on every change."""
        self._is_open, self._snapshots = self._file is not None, {}
        with self.lock:
            """Releasing it commits."""

    def close(self) -> None:
        """Release the file for another sandbox; from now on nothing is recorded."""
        with self.lock:
            self._is_open = False
            if self._file is not None:
                self._file.close()

    def _commit(self) -> None:
        if self._file is None or not self._is_open:
            return
        snapshots = {name: part.snapshot() for name, part in self._parts.items()}
        changed = {name: table for name, table in self._tables.items() if table.changed}
        if not changed and snapshots == self._snapshots:
            return
        record = {
            "tables": {name: table.changes() for name, table in changed.items() if not table.grows},
            "histories": {name: table.changes() for name, table in changed.items() if table.grows},
            "parts": {name: value for name, value in snapshots.items() if value != self._snapshots.get(name)},
            "starts": int(not self._start_is_recorded),
        }
        self._file.append({section: content for section, content in record.items() if content})
        self._start_is_recorded, self._snapshots = True, snapshots
        for table in changed.values():
            table.committed()


def _replay(rows: dict[Any, Any], key: Any, *value: Any) -> None:
    if value:
        rows[key] = value[0]
    else:
        rows.pop(key, None)
