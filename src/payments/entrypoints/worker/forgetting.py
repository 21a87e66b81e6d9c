"""The step that forgets: idempotency keys older than anybody's retry, and messages that nobody is there to be told."""

import logging
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.access import IdempotencyKeys
from payments.domain.ports import Clock
from payments.domain.use_cases.outbox import Outbox
from payments.entrypoints.blocking import run

log = logging.getLogger("payments.worker")

KEPT: Final = timedelta(days=7)
UNTOLD: Final = timedelta(days=30)
"""How long messages wait for an endpoint or a subscriber to be configured; the timelines keep what they tell."""
AT_ONCE: Final = 1000
"""Messages dropped in one transaction: other writers wait for no more."""


@attrs.frozen
class Forgetting:
    """Drops what is older than KEPT, every so many seconds; and of `unheard`, an outbox of nobody's, than UNTOLD."""

    keys: IdempotencyKeys
    clock: Clock
    every: float
    unheard: Outbox | None = None

    def __call__(self) -> float:
        now = self.clock.now()
        forgotten = run(self.keys.forget_keys(now - KEPT))
        if forgotten:
            log.info("forget: %d idempotency keys", forgotten)
        if self.unheard is None:
            return self.every
        untold = run(self.unheard.forget(now - UNTOLD, AT_ONCE))
        if untold:
            log.warning("forget: %d messages that nobody was there to be told in %d days", untold, UNTOLD.days)
        return 0 if untold == AT_ONCE else self.every
