"""Pace: how often the worker does what, and how much of it at once."""

from typing import Any

import attrs

from payments.domain.errors import BadInput


def _positive(_: object, field: Any, value: float) -> None:
    if not value > 0:
        raise BadInput(f"The worker's {field.name} is more than 0.")


@attrs.frozen(kw_only=True, field_transformer=lambda _, fields: [f.evolve(validator=_positive) for f in fields])
class Pace:
    """Times are in seconds. A batch must be done within its lease of two minutes, so the batches are small.

    `walk_every` leaves a margin below the minute within which money is to be known that no webhook told of.
    """

    sweepers: int = 2
    deliverers: int = 4
    sweep_batch: int = 6
    deliver_batch: int = 5
    idle: float = 1.0
    walk_every: float = 45.0
    deep_walk_every: float = 24 * 3600.0
    deep_walk_days: int = 3
    forget_every: float = 3600.0
    grace: float = 5.0
    """How long to wait for work at hand when stopping; what is left then comes due again."""

    @property
    def threads(self) -> int:
        """How many loops a worker has at most: sweepers, deliverers, the two walks, and the one that forgets."""
        return self.sweepers + self.deliverers + 3
