"""Commands about captures under our prefix without a payment here: orphans."""

from typing import Annotated

from cyclopts import Parameter

from payments.domain.orphan import Orphan
from payments.domain.values import GatewayId
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
        How many.
    cursor
        The last gateway id of the page before.
    """
    check_limit(limit)
    with stored(common) as store:
        before = GatewayId(cursor) if cursor else None
        found = run(store.orphans.page(before, limit + 1, open_only=True))
    shown, more = found[:limit], found[limit - 1].gateway_id if len(found) > limit else None
    if common.json:
        from payments.entrypoints.views import orphan_view

        print_json({"orphans": [orphan_view(orphan) for orphan in shown], "next": more})
        return
    if not shown:
        say(word("none", common.language))
        return
    heads = [word(key, common.language) for key in ("payment", "attempt", "left", "begun")]
    table([heads, *(_line(orphan, common) for orphan in shown)], right=frozenset({2}))
    if more:
        say(word("more", common.language, cursor=more))


def _line(orphan: Orphan, common: Common) -> list[str]:
    report, language = orphan.report, common.language
    left = display.money(report.remaining, report.amount.currency, language)
    return [report.merchant_id, report.gateway_id, left, display.moment(orphan.found_at, language)]


def hold(gateway_id: str, *, note: Annotated[str, Parameter(required=True)] = "", common: Common = DEFAULT) -> None:
    """`payments orphans hold`: an orphan is never refunded here; decide about it in the provider's console.

    Parameters
    ----------
    gateway_id
        The attempt that took the money.
    note
        Why it is held.
    """
    with working(common) as service:
        orphan = run(service.refunds.hold_orphan(operator(), GatewayId(gateway_id), note))
    table([_line(orphan, common)])
