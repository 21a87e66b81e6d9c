"""The command `payments reconcile`: compare our books with a provider's list now, or with another provider's."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from cyclopts import Parameter

from payments.domain.errors import BadInput
from payments.domain.use_cases.shadow import Compared, Shadow
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say, working
from payments.entrypoints.cli.words import word

MAX_DAYS: Final = 400


def reconcile(
    *, days: int = 1, shadow: Annotated[bool, Parameter(negative="")] = False, common: Common = DEFAULT
) -> int:
    """`payments reconcile`.

    Parameters
    ----------
    days
        How many days back to compare.
    shadow
        Compare with what PortOne V2 shows of payments that were made through V1, and change nothing.
    """
    if not 1 <= days <= MAX_DAYS:
        raise BadInput(f"--days must be between 1 and {MAX_DAYS}; got {days}.")
    end = datetime.now(UTC)
    start = end - timedelta(days=days)
    return _shadow(start, end, common) if shadow else _reconcile(start, end, common)


def _reconcile(start: datetime, end: datetime, common: Common) -> int:
    with working(common) as service:
        done = run(service.reconciliation.between(start, end))
    troubles = [f"{trouble.merchant_id}: {trouble.error}" for trouble in done.troubles]
    told = {"compared": done.visited, "changed": done.changed, "foreign": done.foreign}
    if common.json:
        print_json({**told, "troubles": troubles, "skipped": done.skipped})
    else:
        say(word("reconciled", common.language, **_texts(told)), *troubles, *done.skipped)
    return REFUSED if troubles else 0


def _shadow(start: datetime, end: datetime, common: Common) -> int:
    from payments.entrypoints.bootstrap import opened_store
    from payments.entrypoints.providers import shadow_of
    from payments.entrypoints.settings import load_settings

    settings = load_settings(common.config)
    with opened_store(settings) as store, shadow_of(settings) as lists:
        done = run(Shadow(payments=store.payments, lists=lists).between(start, end))
    _tell(done, common)
    return REFUSED if done.different or done.skipped else 0


def _tell(done: Compared, common: Common) -> None:
    told = {"compared": done.rows, "different": done.different}
    if common.json:
        print_json({**told, "differences": done.differences, "skipped": done.skipped})
        return
    say(word("shadowed", common.language, **_texts(told)), *done.differences, *done.skipped)


def _texts(counts: dict[str, int]) -> dict[str, str]:
    return {name: str(count) for name, count in counts.items()}
