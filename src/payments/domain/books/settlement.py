"""Settlement: what comparing a payout file of a PG with our books found, as it is stored and shown.

SettlementRow       one row of the file
SettlementFinding   a row without its movement in our books, a movement without its row, or a line that is no row
Settlement          what was found, with the sums of the file by payout day
unsettled           what does not agree of one capture, as a pure rule

Amounts are in minor units. What was refunded has a negative amount.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import attrs

from payments.domain.attempt import Attempt
from payments.domain.books.search import Period
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.values import GatewayId, MerchantId, aware, text

MOST_FINDINGS: Final = 500
"""How many findings of one settlement are kept; `more` counts the others."""
MOST_DAYS: Final = 400
"""How many payout days one settlement may have."""


class SettledBy(StrEnum):
    """By which of our names a row of a file names a capture."""

    TRANSACTION_ID = "transaction_id"  # the PG's own
    GATEWAY_ID = "gateway_id"  # the provider's
    MERCHANT_ID = "merchant_id"  # ours

    def name_of(self, payment: Payment, attempt: Attempt) -> str:
        """Return the name by which a file names the capture; '' where it has none."""
        names = {
            SettledBy.TRANSACTION_ID: attempt.report.approval.transaction_id,
            SettledBy.GATEWAY_ID: attempt.gateway_id,
            SettledBy.MERCHANT_ID: payment.merchant_id,
        }
        return names[self]


class SettlementFindingKind(StrEnum):
    """What does not agree."""

    NOT_IN_BOOKS = "not_in_books"  # our books have no capture of this name
    DIFFERS = "differs"  # they have the capture, and no movement of this sum
    NOT_IN_FILE = "not_in_file"  # money moved in the period, and the file has no row for it
    NOT_READ = "not_read"  # a line that is no row; `what` says why


@attrs.frozen(kw_only=True)
class SettlementRow:
    """One row: `name` is what it calls the capture, `line` where it stands in the file."""

    line: int
    name: str = attrs.field(validator=text(1, 64))
    amount: int
    fee: int = 0
    payout_day: date | None = None


@attrs.frozen(kw_only=True)
class SettlementFinding:
    """One finding. `line` is 0 and `name` may be empty where the file has no row."""

    kind: SettlementFindingKind
    line: int = 0
    name: str = attrs.field(default="", validator=text(0, 64))
    amount: int = 0
    merchant_id: MerchantId | None = None
    gateway_id: GatewayId | None = None
    what: str = attrs.field(default="", validator=text(0, 300))


@attrs.frozen(kw_only=True)
class PayoutDay:
    """The sums of the rows of one payout day; `day` is None for rows that name none."""

    day: date | None
    amount: int = 0
    fee: int = 0
    rows: int = 0

    @property
    def payout(self) -> int:
        """What should have been paid out."""
        return self.amount - self.fee


@attrs.frozen(kw_only=True)
class Settlement:
    """What was found. Movements of our books from `since` on, before `until`, were expected in the file.

    `agreed` counts rows; `skipped` counts lines that are empty or that sum others up.
    """

    id: str = attrs.field(validator=text(1, 40))
    file: str = attrs.field(validator=text(0, 200))
    currency: str = attrs.field(validator=text(3, 3))
    since: datetime = attrs.field(validator=aware)
    until: datetime = attrs.field(validator=aware)
    compared_at: datetime = attrs.field(validator=aware)
    by: str = attrs.field(validator=text(1, 120))
    rows: int = 0
    agreed: int = 0
    skipped: int = 0
    days: tuple[PayoutDay, ...] = ()
    findings: tuple[SettlementFinding, ...] = ()
    more: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@attrs.frozen
class Moved:
    """A movement of a capture: when, and how much; `expected`: whether the file must have it."""

    at: datetime
    amount: int
    expected: bool


def moved_of(payment: Payment, attempt: Attempt, period: Period) -> list[Moved]:
    """Return each movement of a capture, the first one first. What was given back elsewhere may be in a file or not."""
    taken = payment.taken_at(attempt)
    moved = [Moved(taken, attempt.report.amount.minor, period.holds(taken))]
    for refund in payment.refunds:
        if refund.gateway_id == attempt.gateway_id and refund.done_at:
            by_the_provider = refund.status is RefundStatus.DONE
            moved.append(Moved(refund.done_at, -refund.amount, by_the_provider and period.holds(refund.done_at)))
    return sorted(moved, key=lambda one: one.at)


def unsettled(rows: Iterable[SettlementRow], moved: Iterable[Moved]) -> tuple[list[SettlementRow], list[Moved]]:
    """Return the rows of one capture without a movement of their sum, and the expected movements without a row.

    Where both add up to the same, nothing is left: a PG may settle a capture and its refunds in one row, or settle
    neither where all went back before the payout.
    """
    left, open_rows = sorted(moved, key=lambda one: not one.expected), []
    for row in rows:
        found = next((one for one in left if one.amount == row.amount), None)
        if found is None:
            open_rows.append(row)
        else:
            left.remove(found)
    missing = [one for one in left if one.expected]
    if sum(row.amount for row in open_rows) == sum(one.amount for one in missing):
        return [], []
    return open_rows, missing


def payout_days(sums: Sequence[PayoutDay]) -> tuple[PayoutDay, ...]:
    """Return payout days in order; rows without one stand last."""
    return tuple(sorted(sums, key=lambda one: (one.day is None, one.day or date.min)))
