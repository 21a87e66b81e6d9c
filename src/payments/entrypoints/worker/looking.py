"""The steps that ask the provider: Sweeping what is due, Walking its list, and WalkingDeep, some days back."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import attrs

from payments.domain.errors import GatewayError, PaymentsError
from payments.domain.use_cases.sweep import Sweep, Swept, Trouble
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.loops import Troubled

log = logging.getLogger("payments.worker")


@attrs.frozen
class Sweeping:
    """Attends to at most `limit` due payments; where none is left, comes back after `idle` seconds."""

    sweep: Sweep
    limit: int
    idle: float

    def __call__(self) -> float:
        done = run(self.sweep.sweep(self.limit))
        if not done.looked:
            return self.idle
        tell("sweep", done, done.troubles, done.skipped)
        if len(done.troubles) == done.looked:
            raise Troubled(slug_of(done.troubles[0].error))
        return 0 if done.looked == self.limit else self.idle


@attrs.define
class Walking:
    """Walks the list, unless another worker has done so less than `every` seconds ago.

    A trouble that each walk meets anew is told once.
    """

    sweep: Sweep
    every: float
    _told: frozenset[str] = frozenset()

    def __call__(self) -> float:
        checkout = self.sweep.checkout
        mark = run(checkout.payments.reconciled_until())
        if mark is not None:
            age = (checkout.clock.now() - mark).total_seconds()
            if 0 <= age < self.every:
                return self.every - age
        done = run(self.sweep.reconcile())
        troubles = [trouble for trouble in done.troubles if _key(trouble) not in self._told]
        skipped = [sentence for sentence in done.skipped if sentence not in self._told]
        if done.changed or troubles or skipped:
            tell("walk", done, troubles, skipped)
        self._told = frozenset([*map(_key, done.troubles), *done.skipped])
        return self.every


@attrs.frozen
class WalkingDeep:
    """Walks the list from `reach` ago on: for what a walk missed, or a database restored from a backup forgot.

    Where no walk has been yet, there is nothing to catch up on: what came before us is not ours.
    """

    sweep: Sweep
    every: float
    reach: timedelta

    def __call__(self) -> float:
        checkout = self.sweep.checkout
        mark = run(checkout.payments.reconciled_until())
        if mark is not None:
            done = run(self.sweep.reconcile(min(mark, checkout.clock.now() - self.reach)))
            tell("deep walk", done, done.troubles, done.skipped)
        return self.every


def slug_of(error: Exception) -> str:
    return error.slug if isinstance(error, PaymentsError) else "internal-error"


def tell(what: str, done: Swept, troubles: Sequence[Trouble], skipped: Sequence[str]) -> None:
    """Log one line for the batch, and one for each thing that a person should look at."""
    names = defaultdict(list)
    for trouble in troubles:
        names[slug_of(trouble.error)].append(str(trouble.merchant_id))
    summary = "".join(f"; {slug}: {', '.join(ids)}" for slug, ids in sorted(names.items()))
    level = logging.WARNING if troubles else logging.INFO
    log.log(level, "%s: %d looked at, %d changed%s", what, done.looked, done.changed, summary)
    for trouble in troubles:
        if not isinstance(trouble.error, PaymentsError):
            log.error("%s: %s", what, trouble.merchant_id, exc_info=trouble.error)
        elif not isinstance(trouble.error, GatewayError) or trouble.error.slug == "gateway-contract":
            log.error("%s: %s: %s", what, trouble.merchant_id, trouble.error)
    for sentence in skipped:
        log.error("%s: a row of the provider's list says nothing usable: %s", what, sentence)


def _key(trouble: Trouble) -> str:
    return f"{trouble.merchant_id} {slug_of(trouble.error)} {trouble.error}"
