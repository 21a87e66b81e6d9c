"""Commands that compare payout files of PGs with our books: settlements compare, settlements list."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from payments.domain.books.days import day_end, day_start
from payments.domain.books.settlement import Settlement, SettlementFindingKind
from payments.domain.errors import BadInput
from payments.domain.use_cases.accounting.settlements import Progress, SettlementFile
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.books.periods import zone_named
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.books.searching import shop_zone
from payments.entrypoints.cli.common import (
    DEFAULT,
    Common,
    check_limit,
    operator,
    print_json,
    say,
    stored,
    table,
)
from payments.entrypoints.cli.words import word

if TYPE_CHECKING:  # loading the settings' classes costs every command
    from payments.entrypoints.settings import SettlementOptions


def compare(
    file: Path,
    *,
    month: str | None = None,
    first: Annotated[str | None, Parameter(name="--from")] = None,
    last: Annotated[str | None, Parameter(name="--to")] = None,
    zone: str | None = None,
    csv: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> int:
    """`payments settlements compare`.

    Parameters
    ----------
    file
        The PG's payout file: CSV in UTF-8 or CP949, with the columns that the settings name.
    month
        The month whose captures and refunds the file must have, such as 2026-11.
    first
        The first day whose captures and refunds it must have.
    last
        The last day.
    zone
        The time zone of these days. Default: the shop's.
    csv
        Print what does not agree as CSV for a spreadsheet.
    """
    from payments.entrypoints.books.reports import read_days
    from payments.entrypoints.books.wiring import settlements_at_a_shell
    from payments.entrypoints.settings import load_settings

    days = read_days(None, month, first, last)
    where = shop_zone(common) if zone is None else zone_named(zone)
    options = load_settings(common.config).settlement
    with stored(common) as store, _opened(file, options) as opened:
        comparing = settlements_at_a_shell(store).compare(
            operator(),
            opened,
            day_start(days[0], where),
            day_end(days[1], where),
            by=options.named_by,
            currency=options.currency,
            progress=progress(),
        )
        found = run(comparing)
    _print_whole(found, common, csv=csv)
    return 0 if found.agrees else REFUSED


@contextmanager
def _opened(path: Path, options: "SettlementOptions") -> Iterator[SettlementFile]:
    from payments.entrypoints.books.wiring import opened_settlement
    from payments.entrypoints.settings.derived import columns_of

    columns = columns_of(options)
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}.") from None
    with file, closing(opened_settlement(file, path.name, columns, options.currency)) as opened:
        yield opened


def list_(*, limit: int = 20, cursor: str | None = None, common: Common = DEFAULT) -> None:
    """`payments settlements list`.

    Parameters
    ----------
    limit
        The most settlements to list.
    cursor
        The last id of the previous page.
    """
    check_limit(limit)
    with stored(common) as store:
        found = run(store.settlements.page(cursor, limit + 1))
    shown, more = found[:limit], len(found) > limit
    if common.json:
        from payments.entrypoints.books.settlements import settlement_view

        print_json({"settlements": [settlement_view(one) for one in shown], **({"next": shown[-1].id} if more else {})})
        return
    if not shown:
        say(word("none", common.language))
        return
    _print_table(shown, common)
    if more:
        say(word("more", common.language, cursor=shown[-1].id))


def progress() -> Progress:
    """Return what shows on a terminal's stderr how many rows are compared."""

    def show(rows: int) -> None:
        sys.stderr.write(f"\r{rows}")
        sys.stderr.flush()

    return show if sys.stderr.isatty() else lambda _: None


def _print_whole(found: Settlement, common: Common, *, csv: bool) -> None:
    from payments.entrypoints.books.settlements import findings_csv, settlement_view

    if csv:
        sys.stdout.writelines(findings_csv(found))
    elif common.json:
        print_json(settlement_view(found))
    else:
        _print_table([found], common)
        _print_days(found, common)
        for one in found.findings:
            line = word("line", common.language, number=str(one.line)) if one.line else ""
            amount = display.money(one.amount, found.currency, common.language) if one.amount else ""
            named = [word(one.kind, common.language), line, one.name, amount, one.merchant_id or "", one.what]
            say("  ".join(filter(None, named)))


def _print_table(found: Sequence[Settlement], common: Common) -> None:
    heads = ("settlement", "file", "period", "rows", "agreed", *SettlementFindingKind, "skipped")
    table([[word(key, common.language) for key in heads], *(_line(one, common) for one in found)])


def _line(one: Settlement, common: Common) -> list[str]:
    span = " - ".join(display.moment(at, common.language, named=True) for at in (one.since, one.until))
    counts = [sum(finding.kind is kind for finding in one.findings) for kind in SettlementFindingKind]
    return [one.id, one.file, span, str(one.rows), str(one.agreed), *map(str, counts), str(one.skipped)]


def _print_days(found: Settlement, common: Common) -> None:
    if not found.days:
        return
    heads = [word(key, common.language) for key in ("payout day", "rows", "amount", "fee", "payout")]
    rows = [
        [str(day.day or ""), str(day.rows)]
        + [display.money(minor, found.currency, common.language) for minor in (day.amount, day.fee, day.payout)]
        for day in found.days
    ]
    table([heads, *rows], right=frozenset({1, 2, 3, 4}))
