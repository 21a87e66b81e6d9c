"""Log lines that are written by a thread of their own: a full pipe or a slow disk then delays no request.

LineQueue        a handler that puts finished lines into a bounded queue, which its thread writes in large pieces
in_background    puts one in the place of the root logger's handler, for a `with` block
"""

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Final

CAPACITY: Final = 10_000
"""Lines that may wait to be written, some MiB. Further ones are dropped and counted."""
PIECE: Final = 5_000
GATHER_SECONDS: Final = 0.05
"""How long a first line waits for others: a thread that wakes for each line takes the interpreter from the requests."""
CLOSE_SECONDS: Final = 5.0
"""How long the end of the process waits for the last lines, in case they are not read any more."""


class LineQueue(logging.Handler):
    """Never blocks its callers. Dropped lines are counted, and the count is written once there is room.

    It writes to the file descriptor itself: a thread that hangs in `sys.stderr` makes the interpreter abort at its end.
    """

    def __init__(self, file: int, capacity: int = CAPACITY) -> None:
        super().__init__()
        self._file = file
        self._lines: queue.Queue[str | None] = queue.Queue(capacity)
        self._dropped = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write_lines, name="log-lines", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._dropped += 1  # callers hold the lock of this handler
        except Exception:  # noqa: BLE001 - a line that cannot be formatted must not fail the request
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, for at most CLOSE_SECONDS."""
        self._closing.set()
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=CLOSE_SECONDS)
            self._thread.join(CLOSE_SECONDS)
        super().close()

    def _write_lines(self) -> None:
        ended = False
        while not ended:
            found = self._next_piece()
            ended = None in found
            lines = [line for line in found if line is not None] + self._loss()
            with contextlib.suppress(OSError):  # the log has no reader any more; serving goes on
                self._write(lines)

    def _next_piece(self) -> Sequence[str | None]:
        """Wait for a line, and return it with what else waits."""
        found = [self._lines.get()]
        self._closing.wait(GATHER_SECONDS)
        with contextlib.suppress(queue.Empty):
            while len(found) < PIECE:
                found.append(self._lines.get_nowait())
        return found

    def _loss(self) -> list[str]:
        self.acquire()
        dropped, self._dropped = self._dropped, 0
        self.release()
        if not dropped:
            return []
        text = f"{dropped} log lines were dropped, because the log was not read fast enough"
        record = logging.LogRecord("payments.log", logging.WARNING, __file__, 0, text, None, None)
        self.filter(record)
        return [self.format(record)]

    def _write(self, lines: Sequence[str]) -> None:
        rest = "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")
        while rest:
            rest = rest[os.write(self._file, rest) :]


@contextlib.contextmanager
def in_background(capacity: int = CAPACITY) -> Iterator[None]:
    """Write the log from a thread, if the root logger has one handler that writes to a stream with a descriptor."""
    root = logging.getLogger()
    direct = root.handlers[0] if len(root.handlers) == 1 else None
    if type(direct) is not logging.StreamHandler:
        yield
        return
    lines = LineQueue(direct.stream.fileno(), capacity)
    lines.setFormatter(direct.formatter)
    for each in direct.filters:
        lines.addFilter(each)
    root.handlers[0] = lines
    try:
        yield
    finally:
        root.handlers[0] = direct
        lines.close()
