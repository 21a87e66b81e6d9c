"""Faults: those that are on in one sandbox, and which of them strike a call.

Each fault has a chance of its own, made of the seed and of which one it is: other faults and other routes do not
change what it does. Same seed and same calls, same run.
"""

import itertools
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from payments.entrypoints.sandbox.faults.faults import WEBHOOK, Fault, FaultError, faults_of


@attrs.define(eq=False)
class Armed:
    """A fault that is on: how many calls it has seen, and how often it was applied."""

    number: int
    fault: Fault
    chance: random.Random = attrs.field(repr=False)
    calls: int = 0
    applied: int = 0

    def strikes(self) -> bool:
        """Whether it is meant for the call that has just come, which it counts."""
        fault = self.fault
        self.calls += 1
        drawn = fault.percent is None or self.chance.random() * 100 < fault.percent
        if fault.times is not None and self.applied >= fault.times:
            return False
        return drawn if fault.nth is None else self.calls == fault.nth

    def shown(self) -> dict[str, Any]:
        """Return it as JSON."""
        counts = {"number": self.number, "calls": self.calls, "applied": self.applied}
        return counts | {"text": str(self.fault)} | attrs.asdict(self.fault)


class Faults:
    """The faults of one sandbox, in the order they were turned on. Any thread may call it."""

    def __init__(self, seed: int | None = None, text: str = "") -> None:
        self._seed = seed
        self._on: list[Armed] = []
        self._numbers = itertools.count(1)
        self._routes: frozenset[str] = frozenset()
        self._lock = threading.RLock()
        self._under_way = 0
        self._rest = threading.Condition(self._lock)
        self.add(text)

    def know(self, routes: frozenset[str]) -> None:
        """Learn which routes there are. Raises FaultError where one that is on is aimed at none of them."""
        with self._lock:
            self._routes = routes
            for armed in self._on:
                self._check(armed.fault)

    def add(self, *faults: Fault | str) -> list[Armed]:
        """Turn faults on, given as values or as text (see `faults`). Raises FaultError, and none is on then."""
        listed = [one for given in faults for one in (faults_of(given) if isinstance(given, str) else [given])]
        with self._lock:
            for fault in listed:
                self._check(fault)
            armed = [self._armed(fault) for fault in listed]
            self._on = [*self._on, *armed]
        return armed

    def _armed(self, fault: Fault) -> Armed:
        number = next(self._numbers)
        seed = None if self._seed is None else f"{self._seed}:fault:{number}:{fault}"
        return Armed(number, fault, random.Random(seed))  # noqa: S311 - play, not secrets

    def _check(self, fault: Fault) -> None:
        if not self._routes or fault.where == WEBHOOK:
            return
        if not any(fault.aims_at(name, self._routes) for name in self._routes):
            raise FaultError(f"no route {fault.where!r}; there are: webhook, {', '.join(sorted(self._routes))}")

    def remove(self, number: int) -> None:
        """Turn one off. Raises FaultError if there is none of that number."""
        with self._lock:
            left = [armed for armed in self._on if armed.number != number]
            if len(left) == len(self._on):
                raise FaultError(f"no fault of number {number} is on")
            self._on = left

    def clear(self) -> None:
        """Turn all off; what has struck already takes its course."""
        with self._lock:
            self._on = []

    def all(self) -> list[Armed]:
        """Return those that are on."""
        return self._on

    def hits(self, name: str) -> list[Armed]:
        """Return those that strike this call of the route *name*, or this webhook."""
        if not self._on:
            return []
        with self._lock:
            meant = [a for a in self._on if a.fault.where == name or (name != WEBHOOK and self._aimed(a, name))]
            return [armed for armed in meant if armed.strikes()]

    def _aimed(self, armed: Armed, name: str) -> bool:
        return armed.fault.where != WEBHOOK and armed.fault.aims_at(name, self._routes)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Keep `wait` waiting while a struck call may still do its work."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._rest.notify_all()

    def wait(self, timeout: float = 45) -> bool:
        """Wait until every struck call has done its work, those that nobody waits for any more too."""
        with self._lock:
            return self._rest.wait_for(lambda: not self._under_way, timeout)
