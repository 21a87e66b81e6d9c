"""Commands about orphans: captures under our prefix without a payment here."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from payments.domain.orphan import Orphan
from payments.domain.values import DEFAULT_PROVIDER, GatewayId
from payments.entrypoints import display
from payments.entrypoints.blocking import run
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


def list_(*, limit: int = 100, cursor: str | None = None, common: Common = DEFAULT) -> None:
    """`payments orphans list`.

    Parameters
    ----------
    limit
        The most orphans to list.
    cursor
        The last gateway id of the previous page.
    """
    check_limit(limit)
    with stored(common) as store:
        before = GatewayId(cursor) if cursor else None
        found = run(store.orphans.page(before, limit + 1, open_only=True))
    shown, more = found[:limit], found[limit - 1].gateway_id if len(found) > limit else None
    if common.json:
        from payments.entrypoints.stray_views import orphan_view

        views = [orphan_view(orphan) for orphan in shown]
        print_json({"orphans": views, "next": more} if more else {"orphans": views})
        return
    if not shown:
        say(word("none", common.language))
        return
    _print_table(shown, common)
    if more:
        say(word("more", common.language, cursor=more))


def _print_table(orphans: Sequence[Orphan], common: Common) -> None:
    heads = [word(key, common.language) for key in ("payment", "attempt", "left", "found")]
    table([heads, *(_line(orphan, common) for orphan in orphans)], right=frozenset({2}))


def _line(orphan: Orphan, common: Common) -> list[str]:
    report, language = orphan.report, common.language
    left = display.money(report.remaining, report.amount.currency, language)
    return [report.merchant_id, report.gateway_id, left, display.moment(orphan.found_at, language)]


def hold(
    gateway_id: str,
    *,
    note: Annotated[str, Parameter(required=True)] = "",
    provider: str = DEFAULT_PROVIDER,
    common: Common = DEFAULT,
) -> None:
    """`payments orphans hold`.

    Parameters
    ----------
    gateway_id
        The attempt that took the money.
    note
        Why it is held.
    provider
        Where it was found.
    """
    with working(common) as service:
        orphan = run(service.refunds.hold_orphan(operator(), GatewayId(gateway_id), note, provider))
    if common.json:
        from payments.entrypoints.stray_views import orphan_view

        print_json({"orphan": orphan_view(orphan)})
        return
    _print_table([orphan], common)
