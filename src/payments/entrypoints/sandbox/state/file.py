"""StateFile: the lines of a state file; a line is written whole or not at all."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from payments.entrypoints.sandbox.errors import UnusableStateFile
from payments.entrypoints.sandbox.state.codec import dump, load

if sys.platform != "win32":
    import fcntl

HEADER: Final = b'{"payments sandbox state":2}\n'


class StateFile:
    """The lines of one file. Raises UnusableStateFile if it is no state file or another process holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise UnusableStateFile(f"{path} cannot be opened as a state file: {error.strerror}") from error
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
            raise UnusableStateFile(f"{self.path} is in use by another sandbox") from error

    def _begin(self) -> int:
        """Return where the whole lines end; what follows them was never answered, and is cut off."""
        content = self.path.read_bytes()
        if not HEADER.startswith(content[: len(HEADER)]):
            raise UnusableStateFile(f"{self.path} is not a state file of this version of the sandbox")
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
                    raise UnusableStateFile(f"{self.path}, line {number} cannot be read: {error}") from error

    def append(self, record: Mapping[str, Any]) -> None:
        """Record one change. Raises OSError, and records nothing, if it cannot be written whole."""
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
        """Release the file; closing it twice does no harm."""
        file, self._file = getattr(self, "_file", -1), -1
        if file >= 0:
            os.close(file)
