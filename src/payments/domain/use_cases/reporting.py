"""Reporting: what was captured and refunded, day by day of the shop, in memory that grows with the lines alone."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import attrs

from payments.domain.books.days import day_end, day_start, days_from
from payments.domain.books.sums import Grouping, Line, Sheet, Sum
from payments.domain.errors import BadInput
from payments.domain.ports import Ledger

Progress = Callable[[date], None]
"""Called with each day when it has been added up."""


def _unheard(_: date) -> None:
    return None


@attrs.frozen(kw_only=True)
class Report:
    """The lines of a report, and its totals: one line for each currency."""

    first: date
    last: date
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]


MAX_DAYS: Final = 3_700
"""Ten years: the longest report."""


MANY: Final = 20_000
"""Movements in one stretch above which the next one is shorter: a database limits how long one statement may take."""
FEW: Final = 5_000
SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(days=1)


@attrs.define
class _Stretches:
    """Asks for sums over stretches of time that are the shorter, the more moved in the one before."""

    _ledger: Ledger
    _length: timedelta = timedelta(hours=1)

    async def sums(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Sum]]:
        """Yield the sums of each stretch from *since* on, before *until*."""
        while since < until:
            ends = min(until, since + self._length)
            found = await self._ledger.sums(since, ends)
            yield found
            since = ends
            self._learn(sum(one.count for one in found))

    def _learn(self, moved: int) -> None:
        if moved > MANY:
            self._length = max(self._length / 2, SHORTEST)
        elif moved < FEW:
            self._length = min(self._length * 2, LONGEST)


@attrs.frozen
class Reporting:
    """Reports over what is stored now. What the provider tells later belongs to the day on which it happened."""

    _ledger: Ledger

    async def totals(self, since: datetime, until: datetime) -> tuple[Line, ...]:
        """Return what moved from *since* on, before *until*: one line for each currency. The times are in UTC."""
        totals = Sheet(frozenset())
        async for sums in _Stretches(self._ledger).sums(since, until):
            totals.add(since.date(), sums)
        return tuple(totals.lines())

    async def report(
        self, first: date, last: date, zone: tzinfo, by: frozenset[Grouping], progress: Progress = _unheard
    ) -> Report:
        """Return the report of the days from *first* to *last*, both included, whose borders are midnights of *zone*.

        Its totals equal the sums of its lines, and those the stored captures and refunds. Raises BadInput.
        """
        if not first <= last or (last - first).days >= MAX_DAYS:
            raise BadInput(f"A report needs a last day that is not before its first, and at most {MAX_DAYS} days.")
        lines, totals = Sheet(by), Sheet(frozenset())
        stretches = _Stretches(self._ledger)
        for day in days_from(first, last):
            async for sums in stretches.sums(day_start(day, zone), day_end(day, zone)):
                lines.add(day, sums)
                totals.add(day, sums)
            progress(day)
        return Report(first=first, last=last, lines=tuple(lines.lines()), totals=tuple(totals.lines()))
