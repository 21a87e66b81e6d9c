"""Settlements over one store, and the rows of a payout file in a temporary file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from payments.domain.errors import BadInput
from payments.domain.ports import Store
from payments.domain.use_cases.accounting.settlements import SettlementFile, Settlements
from payments.entrypoints.books.settlement_file import Columns, LinesRead, read_settlement
from payments.entrypoints.settings import SettlementOptions


def settlements_at_a_shell(store: Store) -> Settlements:
    """Return what compares payout files, over a store that is open."""
    from payments.adapters.system.clock import SystemClock
    from payments.adapters.system.merchant_ids import RandomIds

    return Settlements.over(store, RandomIds(store.prefix), SystemClock())


@contextmanager
def opened_settlement(path: Path, options: SettlementOptions) -> Iterator[SettlementFile]:
    """Yield the rows of a payout file. Raises BadInput where it cannot be read, or where no columns are set."""
    from payments.adapters.sql.scratch import Scratch

    columns, lines = columns_of(options), LinesRead()
    scratch = Scratch(name=path.name)
    try:
        scratch.fill(read_settlement(path, columns, options.currency, lines))
        scratch.skipped = lines.skipped
        yield scratch
    finally:
        scratch.close()


def columns_of(options: SettlementOptions) -> Columns:
    """Return the columns of the shop's payout files. Raises BadInput where the settings do not name them."""
    if not (options.name and options.amount):
        raise BadInput("Set settlement.name and settlement.amount: the heads of these columns in the PG's payout file.")
    return Columns(
        name=options.name,
        amount=options.amount,
        fee=options.fee,
        payout_day=options.payout_day,
        kind=options.kind,
        refunds=frozenset(options.refunds),
        totals=frozenset(options.totals),
        delimiter=options.delimiter,
    )
