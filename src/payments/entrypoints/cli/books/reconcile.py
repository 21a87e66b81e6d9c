"""Commands that compare our books with the provider's list: reconcile, reconciliations."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from cyclopts import Parameter

from payments.domain.books.comparison import Comparison, FindingKind
from payments.domain.books.search import PeriodOf
from payments.domain.errors import BadInput
from payments.domain.use_cases.comparing import Progress
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.books.periods import read_period, zone_named
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.books.searching import shop_zone
from payments.entrypoints.cli.books.shadow import compare_shadow
from payments.entrypoints.cli.common import (
    DEFAULT,
    Common,
    check_limit,
    operator,
    print_json,
    say,
    stored,
    table,
    working,
)
from payments.entrypoints.cli.words import word

MAX_DAYS: Final = 400


def reconcile(
    *,
    days: int = 1,
    since: Annotated[str | None, Parameter(name="--from")] = None,
    until: Annotated[str | None, Parameter(name="--to")] = None,
    zone: str | None = None,
    shadow: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> int:
    """`payments reconcile`.

    Parameters
    ----------
    days
        How many days back to compare, where no --from says where to begin.
    since
        The first day, such as 2026-11-01, or a moment.
    until
        The last day, or a moment. Default: until now.
    zone
        The time zone of --from and --to. Default: the shop's.
    shadow
        Compare with what PortOne V2 shows of payments that were made through V1, and change nothing.
    """
    if not 1 <= days <= MAX_DAYS:
        raise BadInput(f"--days must be between 1 and {MAX_DAYS}; got {days}.")
    period = read_period(PeriodOf.CAPTURED, since, until, shop_zone(common) if zone is None else zone_named(zone))
    now = datetime.now(UTC)
    end = min(period.until or now, now)
    start = period.since or end - timedelta(days=days)
    if shadow:
        return compare_shadow(start, end, common)
    with working(common) as service:
        found = run(service.comparing.compare(operator(), start, end, progress(start, end)))
    _print([found], common, whole=True)
    return 0 if found.agrees else REFUSED


def progress(since: datetime, until: datetime) -> Progress:
    """Return what shows on a terminal's stderr how much of the period is compared."""
    days = max((until - since).days, 1)

    def show(done: datetime) -> None:
        sys.stderr.write(f"\r{min((done - since).days, days)}/{days}{chr(10) if done >= until else ''}")
        sys.stderr.flush()

    return show if sys.stderr.isatty() else lambda _: None


def list_(*, limit: int = 20, cursor: str | None = None, common: Common = DEFAULT) -> None:
    """`payments reconciliations`.

    Parameters
    ----------
    limit
        The most reconciliations to list.
    cursor
        The last id of the previous page.
    """
    check_limit(limit)
    with stored(common) as store:
        found = run(store.comparisons.page(cursor, limit + 1))
    _print(found[:limit], common, more=len(found) > limit)


def _print(found: Sequence[Comparison], common: Common, *, whole: bool = False, more: bool = False) -> None:
    from payments.entrypoints.books.comparisons import comparison_view, detail

    if common.json:
        views = [comparison_view(one) for one in found]
        after = {"next": found[-1].id} if more else {}
        print_json(views[0] if whole else {"reconciliations": views, **after})
        return
    if not found:
        say(word("none", common.language))
        return
    heads = ("reconciliation", "period", "agreed", *FindingKind, "foreign")
    table([[word(key, common.language) for key in heads], *(_line(one, common) for one in found)])
    for finding in found[0].findings if whole else ():
        named = [word(finding.kind, common.language), finding.merchant_id or "", finding.gateway_id or ""]
        say("  ".join(filter(None, [*named, detail(finding, common.language)])))
    if more:
        say(word("more", common.language, cursor=found[-1].id))


def _line(one: Comparison, common: Common) -> list[str]:
    span = [display.moment(at, common.language, named=True) for at in (one.since, one.until)]
    counts = [sum(finding.kind is kind for finding in one.findings) for kind in FindingKind]
    return [one.id, " - ".join(span), str(one.agreed), *map(str, counts), str(one.foreign)]
