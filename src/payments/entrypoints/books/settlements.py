"""How settlements are shown as JSON, and their findings as CSV."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from payments.domain.books.settlement import Settlement, SettlementFindingKind
from payments.entrypoints.books.reports import BOM, harmless_cell, line_of_csv

COLUMNS = ("kind", "line", "name", "amount", "merchant_id", "gateway_id", "what")


class SettlementFindingView(Struct, kw_only=True):
    """What does not agree. `line` stands in the file, 0 where the file has no row.

    `not_in_books`: our books have no capture of this name. `differs`: they have it, and no movement of this sum.
    `not_in_file`: money moved in the period and has no row. `not_read`: a line that is no row.
    """

    kind: SettlementFindingKind
    line: int
    name: str
    amount: int
    merchant_id: str | None
    gateway_id: str | None
    what: str


class PayoutDayView(Struct, kw_only=True):
    """The rows of one payout day: `payout` is `amount` less `fee`."""

    day: date | None
    rows: int
    amount: int
    fee: int
    payout: int


class SettlementView(Struct, kw_only=True):
    """A payout file as it was compared: what moved from `since` on, before `until`, was expected in it.

    `agreed` counts rows, `skipped` lines that are empty or sum others up, `more` findings that were not kept.
    """

    id: str
    file: str
    currency: str
    since: datetime
    until: datetime
    compared_at: datetime
    by: str
    agrees: bool
    rows: int
    agreed: int
    skipped: int
    days: list[PayoutDayView]
    findings: list[SettlementFindingView]
    more: int


class SettlementsView(Struct, kw_only=True, omit_defaults=True):
    """Settlements, the latest first; `next` is the cursor of the next page, if there is one."""

    settlements: list[SettlementView]
    next: str | None = None


def settlement_view(one: Settlement) -> SettlementView:
    """Return a settlement as it is shown."""
    return SettlementView(
        id=one.id,
        file=one.file,
        currency=one.currency,
        since=one.since,
        until=one.until,
        compared_at=one.compared_at,
        by=one.by,
        agrees=one.agrees,
        rows=one.rows,
        agreed=one.agreed,
        skipped=one.skipped,
        days=[PayoutDayView(day=d.day, rows=d.rows, amount=d.amount, fee=d.fee, payout=d.payout) for d in one.days],
        findings=[SettlementFindingView(**{name: getattr(each, name) for name in COLUMNS}) for each in one.findings],
        more=one.more,
    )


def findings_csv(one: Settlement) -> Iterator[str]:
    """Yield the lines of a CSV file of the findings, the heads first. No cell can be taken for a formula."""
    yield BOM + line_of_csv(list(COLUMNS))
    for finding in one.findings:
        cells = [getattr(finding, name) for name in COLUMNS]
        yield line_of_csv([str(c) if isinstance(c, int) else harmless_cell(str(c or "")) for c in cells])
