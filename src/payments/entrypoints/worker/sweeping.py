"""The step that checks payments which are due."""

import attrs

from payments.domain.use_cases.sweep import Sweep
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.batch_log import log_batch, slug_of
from payments.entrypoints.worker.loops import Troubled


@attrs.frozen
class Sweeping:
    """Visits at most `limit` due payments. Waits `idle` seconds once no more are due."""

    sweep: Sweep
    limit: int
    idle: float

    def __call__(self) -> float:
        done = run(self.sweep.sweep(self.limit))
        if not done.visited:
            return self.idle
        log_batch("sweep", done, done.troubles, done.skipped)
        if len(done.troubles) == done.visited:
            raise Troubled(slug_of(done.troubles[0].error))
        return 0 if done.visited == self.limit else self.idle
