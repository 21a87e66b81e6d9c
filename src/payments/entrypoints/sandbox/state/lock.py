"""CommittingLock: a lock whose last release writes down what changed while it was held."""

import threading
from collections.abc import Callable


class CommittingLock:
    """A reentrant lock that calls *commit* on its outermost release, while it is still held."""

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
