"""FairLock: a lock for threads that is handed over in the order in which they came.

A `threading.Lock` goes to whoever asks next after its release. A thread that writes all the time would ask again at
once and leave the others without a turn until their wait ends.
"""

import threading
from collections import deque


class FairLock:
    """Not reentrant. Whoever holds it may release it from another thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._queue: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Return whether the lock was got within *timeout* seconds."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            my_turn = threading.Event()
            self._queue.append(my_turn)
        if my_turn.wait(timeout):
            return True
        with self._guard:
            if my_turn.is_set():  # it was handed over at the last moment
                return True
            self._queue.remove(my_turn)
            return False

    def release(self) -> None:
        """Hand the lock to the one that waits longest, or leave it free."""
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._is_held = False
