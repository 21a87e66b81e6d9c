"""The steps that compare our books with the provider's list: the newest minutes, the settled past, some days back."""

from datetime import timedelta

import attrs

from payments.domain.use_cases.reconciliation import Reconciliation
from payments.domain.use_cases.sweep import Swept, Trouble
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.batch_log import log_batch, slug_of


@attrs.define
class Reconciling:
    """Compares the newest minutes every so many seconds. A trouble that each run meets again is logged only once."""

    reconciliation: Reconciliation
    every: float
    _logged: frozenset[str] = frozenset()

    def __call__(self) -> float:
        self._log_news(run(self.reconciliation.recent()))
        return self.every

    def _log_news(self, done: Swept) -> None:
        troubles = [trouble for trouble in done.troubles if _key(trouble) not in self._logged]
        skipped = [sentence for sentence in done.skipped if sentence not in self._logged]
        silent = set(done.silent) - self._logged
        if done.changed or troubles or skipped or silent:
            log_batch("reconcile", done, troubles, skipped)
        self._logged = frozenset([*map(_key, done.troubles), *done.skipped, *done.silent])


@attrs.frozen
class CatchingUp:
    """Compares the settled past behind the mark and moves the mark: after a pause of all workers, everything since."""

    reconciliation: Reconciliation
    every: float

    def __call__(self) -> float:
        done = run(self.reconciliation.catch_up())
        if done.changed or done.troubles or done.skipped or done.silent:
            log_batch("catch-up", done, done.troubles, done.skipped)
        return self.every


@attrs.frozen
class ReconcilingDeep:
    """Compares from `reach` ago: finds what an earlier run missed, or what a restored backup no longer contains."""

    reconciliation: Reconciliation
    every: float
    reach: timedelta

    def __call__(self) -> float:
        now = self.reconciliation.clock.now()
        done = run(self.reconciliation.between(now - self.reach, now))
        log_batch("deep-reconcile", done, done.troubles, done.skipped)
        return self.every


def _key(trouble: Trouble) -> str:
    return f"{trouble.merchant_id} {slug_of(trouble.error)} {trouble.error}"
