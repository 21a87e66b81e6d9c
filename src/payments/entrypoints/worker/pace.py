"""Pace: how often each loop of the worker runs, and how much it does at once."""

from typing import Any

import attrs

from payments.domain.errors import BadInput
from payments.domain.use_cases.hints import FOLLOWED_AT_ONCE


def _positive(_: object, field: Any, value: float) -> None:
    if not value > 0:
        raise BadInput(f"The worker's {field.name} must be more than 0; got {value}.")


@attrs.frozen(kw_only=True, field_transformer=lambda _, fields: [f.evolve(validator=_positive) for f in fields])
class Pace:
    """Times are in seconds. A batch of deliveries must finish within its lease of two minutes, so batches are small.

    `reconcile_every` must stay below a minute: money without a webhook should be known within a minute.
    """

    sweepers: int = 2
    deliverers: int = 4
    sweep_batch: int = 6
    hints_per_second: int = FOLLOWED_AT_ONCE
    deliver_batch: int = 5
    idle: float = 1.0
    reconcile_every: float = 45.0
    catch_up_every: float = 600.0
    deep_reconcile_every: float = 24 * 3600.0
    deep_reconcile_days: int = 3
    forget_every: float = 3600.0
    watch_every: float = 30.0
    grace: float = 5.0
    """How long to wait for running steps when stopping. What is unfinished then becomes due again."""

    @property
    def threads(self) -> int:
        """The most loops a worker has: sweepers, deliverers, three that reconcile, and for hints, clock, deleting."""
        return self.sweepers + self.deliverers + 6
