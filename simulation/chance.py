"""Chance: what the scheduler and the faults draw from the seed."""

import random
from collections.abc import Sequence
from typing import TypeVar

from simulation.scheduler import MINUTE, SECOND

T = TypeVar("T")


class Chance:
    """One seeded stream. `stalls` is how often a process stands still for minutes, as on a laptop that sleeps."""

    def __init__(self, seed: str, stalls: float) -> None:
        self._rng = random.Random(seed)
        self.random = self._rng.random
        self._stalls = stalls
        self._moments = [1, 1, 1, 2, 2, 3, 5, 8, 13, 20, 30, 50, 120, 300, 900, 2_500]
        self._travels = [5, 8, 10, 15, 20, 30, 40, 60, 80, 120, 200, 300, 600, 1_200, 2_500, 6_000]

    def calm(self) -> None:
        """From now on nothing stands still."""
        self._stalls = 0

    def happens(self, probability: float) -> bool:
        return probability > 0 and self.random() < probability

    def between(self, least: int, most: int) -> int:
        return least + int(self.random() * (most - least + 1))

    def choice(self, values: Sequence[T]) -> T:
        return values[int(self.random() * len(values))]

    def moment(self) -> int:
        """Return how long a call to the database takes on one of its two ways, in milliseconds."""
        if self._stalls and self.random() < self._stalls:
            return self.between(10 * SECOND, 14 * MINUTE)
        return self._moments[int(self.random() * 16)]

    def travel(self) -> int:
        """Return the same for a call over the internet: never longer than a request may be on its way."""
        return self._travels[int(self.random() * 16)]
