"""`payments reconcile --shadow`: compare payments of V1 with what PortOne V2 shows of them, and change nothing."""

from datetime import datetime

from payments.domain.use_cases.shadow import Compared, Shadow
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import Common, print_json, say
from payments.entrypoints.cli.words import word


def compare_shadow(start: datetime, end: datetime, common: Common) -> int:
    """Compare with what PortOne V2 shows of payments that were made through V1, and print it."""
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
