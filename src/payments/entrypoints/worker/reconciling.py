"""The steps that compare our payments with the provider's own list: Reconciling, and ReconcilingDeep some days back."""

from datetime import datetime, timedelta

import attrs

from payments.domain.use_cases.sweep import Sweep, Trouble
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.batch_log import log_batch, slug_of


@attrs.define
class Reconciling:
    """Reconciles, unless any worker has done so less than `every` seconds ago.

    A trouble that each run meets again is logged only once.
    """

    sweep: Sweep
    every: float
    _logged: frozenset[str] = frozenset()

    def __call__(self) -> float:
        until = _reconciled_until(self.sweep)
        if until is not None:
            age = (self.sweep.checkout.clock.now() - until).total_seconds()
            if 0 <= age < self.every:
                return self.every - age
        done = run(self.sweep.reconcile())
        troubles = [trouble for trouble in done.troubles if _key(trouble) not in self._logged]
        skipped = [sentence for sentence in done.skipped if sentence not in self._logged]
        if done.changed or troubles or skipped:
            log_batch("reconcile", done, troubles, skipped)
        self._logged = frozenset([*map(_key, done.troubles), *done.skipped])
        return self.every


@attrs.frozen
class ReconcilingDeep:
    """Reconciles from `reach` ago: finds what an earlier run missed, or what a restored backup no longer contains.

    Does nothing before the first reconciliation: payments made before this service started do not belong to it.
    """

    sweep: Sweep
    every: float
    reach: timedelta

    def __call__(self) -> float:
        until = _reconciled_until(self.sweep)
        if until is not None:
            done = run(self.sweep.reconcile(min(until, self.sweep.checkout.clock.now() - self.reach)))
            log_batch("deep reconcile", done, done.troubles, done.skipped)
        return self.every


def _reconciled_until(sweep: Sweep) -> datetime | None:
    return run(sweep.checkout.payments.reconciled_until())


def _key(trouble: Trouble) -> str:
    return f"{trouble.merchant_id} {slug_of(trouble.error)} {trouble.error}"
