"""The step that forgets: idempotency keys older than anybody's retry."""

import logging
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.access import IdempotencyKeys
from payments.domain.ports import Clock
from payments.entrypoints.blocking import run

log = logging.getLogger("payments.worker")

KEPT: Final = timedelta(days=7)


@attrs.frozen
class Forgetting:
    """Drops what is older than KEPT, every so many seconds."""

    keys: IdempotencyKeys
    clock: Clock
    every: float

    def __call__(self) -> float:
        forgotten = run(self.keys.forget_keys(self.clock.now() - KEPT))
        if forgotten:
            log.info("forget: %d idempotency keys", forgotten)
        return self.every
