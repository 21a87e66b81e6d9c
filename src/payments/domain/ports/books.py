"""The ports of accountants: sums, and what comparing with the providers' lists and the PGs' payout files found."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from payments.domain.books.comparison import Comparison
from payments.domain.books.settlement import SettledBy, Settlement
from payments.domain.books.sums import Sum
from payments.domain.payment import Payment


class Ledger(Protocol):
    """Adds up captures and refunds, and finds captures by the names that payout files have."""

    async def sums(self, since: datetime, until: datetime) -> Sequence[Sum]:
        """Return the sums of what moved from *since* on, before *until*, by kind and group, as sums_of does."""

    async def named(self, names: Collection[str], by: SettledBy) -> Sequence[Payment]:
        """Return the payments with an attempt of one of *names*, of which there are at most some hundred."""


class Comparisons(Protocol):
    """Where comparisons of our books with the providers' lists are stored."""

    async def add(self, comparison: Comparison) -> None:
        """Store a comparison."""

    async def find(self, comparison_id: str) -> Comparison | None:
        """Return the comparison with this id, if there is one."""

    async def page(self, before: str | None, limit: int) -> Sequence[Comparison]:
        """Return up to *limit* comparisons, the latest first, after the one with the id *before*.

        Raises PaymentNotFound where there is no such comparison.
        """


class SettlementBook(Protocol):
    """Where settlements are stored."""

    async def add(self, settlement: Settlement) -> None:
        """Store a settlement."""

    async def find(self, settlement_id: str) -> Settlement | None:
        """Return the settlement with this id, if there is one."""

    async def page(self, before: str | None, limit: int) -> Sequence[Settlement]:
        """Return up to *limit* settlements, the latest first, after the one with the id *before*.

        Raises PaymentNotFound where there is no such settlement.
        """
