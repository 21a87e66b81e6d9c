"""Settlements over one store, and the rows of a payout file in a temporary file."""

from typing import BinaryIO, Protocol

from payments.domain.ports import Store
from payments.domain.use_cases.accounting.settlements import SettlementFile, Settlements
from payments.entrypoints.books.settlement_file import Columns, LinesRead, read_settlement


class OpenedFile(SettlementFile, Protocol):
    """The rows of a file, until it is closed."""

    def close(self) -> None:
        """Delete what was kept."""


def settlements_at_a_shell(store: Store) -> Settlements:
    """Return what compares payout files, over a store that is open."""
    from payments.adapters.system.clock import SystemClock
    from payments.adapters.system.merchant_ids import RandomIds

    return Settlements.over(store, RandomIds(store.prefix), SystemClock())


def opened_settlement(file: BinaryIO, name: str, columns: Columns, currency: str) -> OpenedFile:
    """Return the rows of the payout file *name*. Raises BadInput where it cannot be read."""
    from payments.adapters.sql.scratch import Scratch

    scratch, lines = Scratch(name=name), LinesRead()
    try:
        scratch.fill(read_settlement(file, columns, currency, lines))
    except BaseException:
        scratch.close()
        raise
    scratch.skipped = lines.skipped
    return scratch
