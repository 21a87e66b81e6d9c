"""Faults: those that are on in one sandbox, and which of them strike a call.

Each fault has its own source of randomness, made of the seed and of the fault's number and text: other faults and other
routes do not change what it does. The same seed and the same calls give the same run.
"""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import attrs

from payments.entrypoints.sandbox.errors import InvalidFault
from payments.entrypoints.sandbox.faults.fault import WEBHOOK, Fault, faults_of
from payments.entrypoints.sandbox.faults.kind import Hit


@attrs.define(eq=False)
class ActiveFault:
    """A fault that is on; `calls` counts the calls that it was aimed at, `applied` those that it struck."""

    number: int
    fault: Fault
    random: Random = attrs.field(repr=False)
    calls: int = 0
    applied: int = 0

    def strikes(self) -> bool:
        """Count a call that it is aimed at, and return whether it strikes it."""
        fault = self.fault
        self.calls += 1
        drawn = fault.percent is None or self.random.random() * 100 < fault.percent
        if fault.times is not None and self.applied >= fault.times:
            return False
        return drawn if fault.nth is None else self.calls == fault.nth

    def strike(self, scene: Any) -> bool:
        """Strike *scene*; return False, and count nothing, if the fault fits nothing in it."""
        struck = self.fault.kind.strike(Hit(self.fault.setting, self.random), scene)
        self.applied += struck
        return struck

    def shown(self) -> dict[str, Any]:
        """Return it as JSON."""
        counts = {"number": self.number, "calls": self.calls, "applied": self.applied}
        return counts | {"text": str(self.fault)} | attrs.asdict(self.fault)


class Faults:
    """The faults of one sandbox, in the order they were turned on. Any thread may call it."""

    def __init__(self, seed: int | None = None, text: str = "") -> None:
        self._seed = seed
        self._on: list[ActiveFault] = []
        self._numbers = itertools.count(1)
        self._routes: frozenset[str] = frozenset()
        self._lock = threading.RLock()
        self._under_way = 0
        self._rest = threading.Condition(self._lock)
        self.add(text)

    def know(self, routes: frozenset[str]) -> None:
        """Set the names of the routes. Raises InvalidFault if a fault that is on is aimed at none of them."""
        with self._lock:
            self._routes = routes
            for active in self._on:
                self._check(active.fault)

    def add(self, *faults: Fault | str) -> list[ActiveFault]:
        """Turn faults on, given as values or as text (see `fault`). Raises InvalidFault; none of them is on then."""
        listed = [one for given in faults for one in (faults_of(given) if isinstance(given, str) else [given])]
        with self._lock:
            for fault in listed:
                self._check(fault)
            active = [self._activated(fault) for fault in listed]
            self._on = [*self._on, *active]
        return active

    def _activated(self, fault: Fault) -> ActiveFault:
        number = next(self._numbers)
        seed = None if self._seed is None else f"{self._seed}:fault:{number}:{fault}"
        return ActiveFault(number, fault, Random(seed))  # noqa: S311 - not for secrets

    def _check(self, fault: Fault) -> None:
        if not self._routes or fault.where == WEBHOOK:
            return
        if not any(fault.aims_at(name, self._routes) for name in self._routes):
            raise InvalidFault(f"no route {fault.where!r}; there are: webhook, {', '.join(sorted(self._routes))}")

    def remove(self, number: int) -> None:
        """Turn one off. Raises InvalidFault if no fault of that number is on."""
        with self._lock:
            left = [active for active in self._on if active.number != number]
            if len(left) == len(self._on):
                raise InvalidFault(f"no fault of number {number} is on")
            self._on = left

    def clear(self) -> None:
        """Turn all off; those that are striking a call go on."""
        with self._lock:
            self._on = []

    def all(self) -> list[ActiveFault]:
        """Return those that are on."""
        return self._on

    def hits(self, name: str) -> list[ActiveFault]:
        """Count a call of the route *name*, or a webhook, and return the faults that strike it."""
        if not self._on:
            return []
        with self._lock:
            meant = [a for a in self._on if a.fault.where == name or (name != WEBHOOK and self._aimed(a, name))]
            return [active for active in meant if active.strikes()]

    def _aimed(self, active: ActiveFault, name: str) -> bool:
        return active.fault.where != WEBHOOK and active.fault.aims_at(name, self._routes)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Keep `wait` waiting while a struck call may still work."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._rest.notify_all()

    def wait(self, timeout: float = 45) -> bool:
        """Wait until every struck call has done its work, even if its client has left; return False on a timeout."""
        with self._lock:
            return self._rest.wait_for(lambda: not self._under_way, timeout)
