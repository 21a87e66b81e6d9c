"""The one book as V2 shows it: payments under our ids, each with one of its attempts; payments of V1 are in it, too."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from payments.domain.report import Rank, Report
from payments.domain.values import MerchantId
from simulation.rows import PORTONE, Page, Row

if TYPE_CHECKING:
    from simulation.world import World


@attrs.frozen
class Shown:
    """An attempt as a replica shows it, and since when it has its status."""

    row: Row
    report: Report
    changed_at: int

    @property
    def is_capture(self) -> bool:
        return self.report.rank >= Rank.CAPTURED


def _captured_at(shown: Shown) -> tuple[int, str]:
    return shown.row.captured_at or 0, shown.row.gateway_id


class Book:
    """Reads the provider's rows."""

    def __init__(self, world: "World") -> None:
        self._provider, self._scheduler = world.provider, world.scheduler
        self._guesses = world.plan.guesses_v2

    def attempts(self, merchant_id: MerchantId, at: int) -> list[Shown]:
        """Return the attempts of a payment, in the order they were opened."""
        rows = self._provider.by_merchant_id.get(merchant_id, ())
        return [shown for row in rows if (shown := self._as_it_was(row, at))]

    def payment(self, merchant_id: MerchantId, at: int) -> Shown | None:
        """Return the attempt that a payment shows; where two may be captured, it is the first of them."""
        attempts = self.attempts(merchant_id, at)
        captured = min((shown for shown in attempts if shown.is_capture), key=_captured_at, default=None)
        if captured and (self._guesses.shows == "captured" or self._provider.guesses.second_window_pays):
            return captured
        return attempts[-1] if attempts else None

    def lists(self, row: Row) -> bool:
        """Return whether a list shows the row: V1 lists attempts, V2 payments, each with the attempt that it shows."""
        shown = self.payment(row.merchant_id, self._scheduler.now)
        return row.provider != PORTONE or (shown is not None and shown.row is row)

    def hides(self, row: Row) -> bool:
        """Return whether nothing that the provider answers contains the row."""
        return not self._guesses.lists_attempts and not self.lists(row)

    def captured(self, merchant_id: MerchantId) -> Row | None:
        """Return the attempt that a cancel of the payment is about: at most one should ever be captured."""
        attempts = [s for s in self.attempts(merchant_id, self._scheduler.now) if s.row.provider == PORTONE]
        shown = self.payment(merchant_id, self._scheduler.now)
        if shown and shown.is_capture:
            return shown.row if shown.row.provider == PORTONE else None
        return next((s.row for s in attempts if s.is_capture), None)

    def listed(self, since: int, until: int, page: int, size: int, at: int) -> tuple[Page, list[Shown]]:
        """Return a page of the payments that came to their status in that time, the oldest change first."""
        found = sorted(self._within(since, until, at), key=lambda s: (s.changed_at, s.row.merchant_id))
        shown = found[(page - 1) * size : page * size]
        rows, reports = tuple(one.row for one in shown), tuple(one.report for one in shown)
        return Page(rows, reports, -(-len(found) // size), len(found)), shown

    def _within(self, since: int, until: int, at: int) -> Iterator[Shown]:
        last = until if self._guesses.until_inclusive else until - 1
        for merchant_id, rows in self._provider.by_merchant_id.items():
            if not rows or max(row.listed_at for row in rows) < since:
                continue
            if rows[0].provider != PORTONE and not self._guesses.rows_of_v1_listed:
                continue
            shown = self.payment(merchant_id, at)
            if shown and since <= shown.changed_at <= last:
                yield shown

    @staticmethod
    def _as_it_was(row: Row, at: int) -> Shown | None:
        for since, changed_at, report in reversed(row.versions):
            if since <= at:
                return Shown(row, report, changed_at)
        return None
