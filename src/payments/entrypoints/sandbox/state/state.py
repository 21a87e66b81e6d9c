"""State: a file that survives the process, however it ends: one JSON line for each change, written before the answer.

StateFile   the lines: held by one process at a time, only ever added to
Kept        a dict that knows which of its entries have changed
Committing  the sandbox's lock: its outermost release writes what changed under it

A line is a whole change, so a kill leaves it in the file or not at all; the kernel has it before the answer goes out.
A power cut may lose the last moments. Options, faults and the journal of calls belong to the process and are not kept.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from payments.entrypoints.sandbox.state.codec import dump, load

if sys.platform != "win32":
    import fcntl

HEADER: Final = b'{"payments sandbox state":1}\n'
K = TypeVar("K")
V = TypeVar("V")


class StateError(ValueError):
    """A state file that cannot be used; its text says why. Nothing in it was changed."""


class StateFile:
    """The lines of one file; StateError if it is none of a sandbox or another process has it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise StateError(f"{path} cannot be opened as a state file: {error.strerror}") from error
        try:
            self._hold()
            self._end = self._begin()
        except BaseException:
            self.close()
            raise

    def _hold(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateError(f"{self.path} is in use: another sandbox is running on it") from error

    def _begin(self) -> int:
        """Return where the whole lines end; what follows them was never answered, and is cut off."""
        content = self.path.read_bytes()
        if not HEADER.startswith(content[: len(HEADER)]):
            raise StateError(f"{self.path} is no state file of this version of the sandbox")
        if len(content) < len(HEADER):
            os.truncate(self._file, 0)
            return os.write(self._file, HEADER)
        end = content.rindex(b"\n") + 1
        os.truncate(self._file, end)
        return end

    def records(self) -> Iterator[dict[str, Any]]:
        """Return what was recorded, oldest first."""
        with self.path.open("rb") as lines:
            next(lines)
            for number, line in enumerate(lines, 2):
                try:
                    yield load(line)
                except (ValueError, TypeError, KeyError) as error:
                    raise StateError(f"{self.path}, line {number} is not what this version writes: {error}") from error

    def append(self, record: Mapping[str, Any]) -> None:
        """Record one change, as a whole or, with an OSError, not at all."""
        line = dump(record) + b"\n"
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            os.truncate(self._file, self._end)
            raise
        self._end += len(line)

    def close(self) -> None:
        """Let go of the file; twice does no harm."""
        file, self._file = getattr(self, "_file", -1), -1
        if file >= 0:
            os.close(file)


class Kept(dict[K, V]):
    """A dict that remembers in `touched` which entries were put, changed or deleted since it was last emptied.

    A value that changes in place is put again by whoever changes it; `setdefault` counts as a change for that reason.
    """

    def __init__(self, known: Mapping[K, V]) -> None:
        super().__init__(known)
        self.touched: dict[K, None] = {}

    def __setitem__(self, key: K, value: V) -> None:
        self.touched[key] = None
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        self.touched[key] = None
        super().__delitem__(key)

    def setdefault(self, key: K, default: V) -> V:
        """Return the value of *key*, after putting *default* where there was none."""
        self.touched[key] = None
        return super().setdefault(key, default)

    def __ior__(self, others: Mapping[K, V]) -> "Kept[K, V]":  # type: ignore[override,misc] # dict takes pairs too
        self.touched |= dict.fromkeys(others)
        self.update(others)
        return self


class Committing:
    """A reentrant lock that calls *commit* when it is let go for good, while it is still held."""

    def __init__(self, commit: Callable[[], None]) -> None:
        self._lock, self._depth, self._commit = threading.RLock(), 0, commit

    def __enter__(self) -> bool:
        self._lock.acquire()
        self._depth += 1
        return True

    def __exit__(self, *_: object) -> None:
        try:
            if self._depth == 1:
                self._commit()
        finally:
            self._depth -= 1
            self._lock.release()
