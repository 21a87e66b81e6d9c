"""Journal: the last calls of the API, for the console page and for tests."""

from collections import deque
from collections.abc import Callable
from typing import Any

import attrs

MAX_KEPT = 1000


@attrs.frozen(kw_only=True)
class CallRecord:
    """One call and what it was answered; keys and card data are masked."""

    number: int
    at: float
    method: str
    path: str
    query: dict[str, Any]
    body: dict[str, Any]
    http: int
    code: int
    message: str | None
    milliseconds: float
    note: str = ""
    """What is probably a mistake of the caller, although the original takes it."""
    fault: str = ""


@attrs.define
class Journal:
    """The newest thousand calls, oldest first; `listeners` are called with each."""

    _kept: deque[CallRecord] = attrs.field(factory=lambda: deque(maxlen=MAX_KEPT), init=False)
    count: int = attrs.field(default=0, init=False)
    listeners: list[Callable[[CallRecord], None]] = attrs.field(factory=list, init=False)

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """The calls so far: a copy, because another thread may add one while the caller goes through them."""
        return tuple(self._kept)

    def add(self, **record: Any) -> None:
        """Record a call."""
        self.count += 1
        entry = CallRecord(number=self.count, **record)
        self._kept.append(entry)
        for listener in self.listeners:
            listener(entry)

    def of(self, path_begins: str, method: str = "") -> list[CallRecord]:
        """Return the recorded calls whose path begins with *path_begins*."""
        return [call for call in self.calls if call.path.startswith(path_begins) and method in ("", call.method)]
