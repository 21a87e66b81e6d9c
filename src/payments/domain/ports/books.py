"""The ports of accountants: sums, and what comparing with the providers' lists and the PGs' payout files found."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

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


T = TypeVar("T")


class Kept(Protocol[T]):
    """Records with ids of their own, listed from the latest on."""

    async def add(self, record: T) -> None:
        """Store a record."""

    async def find(self, name: str) -> T | None:
        """Return the record with this id, if there is one."""

    async def page(self, before: str | None, limit: int) -> Sequence[T]:
        """Return up to *limit* records, the latest first, after the one with the id *before*.

        Raises PaymentNotFound where there is no such record.
        """


class Comparisons(Kept[Comparison], Protocol):
    """Where comparisons of our books with the providers' lists are stored."""


class SettlementBook(Kept[Settlement], Protocol):
    """Where settlements are stored."""
