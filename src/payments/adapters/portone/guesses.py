"""What the documentation leaves open: our interpretation, and why it is the safe one.

The real service may differ. Then only this module must change.
"""

from datetime import timedelta
from typing import Final

from payments.domain.report import Outcome, Rank

DEFAULT_DEPOSIT_TERM: Final = timedelta(days=30)
"""How long an account without `expiredAt` waits: too long costs nothing, too short refunds a valid deposit."""

LISTING_SPAN: Final = timedelta(days=89)
"""The longest stretch of one listing. V1 allows 90 days and V2 says nothing, so we stay below."""

MAX_ROWS: Final = 60_000
"""How many rows of one listing can be read (documented): a longer one needs shorter stretches."""

OVERLAP: Final = timedelta(seconds=1)
"""Added to the end of a stretch, which may be exclusive. Rows that are read twice change nothing."""

CANCELLATIONS: Final = {"SUCCEEDED": Outcome.DONE, "FAILED": Outcome.FAILED}


def outcome_of(status: str) -> Outcome:
    """Return what became of a cancel. An unknown word counts as not finished, so that it is never sent again."""
    return CANCELLATIONS.get(status, Outcome.REQUESTED)


def rank_of_cancelled(*, has_paid_at: bool, paid: int, cancelled: int) -> Rank:
    """Return what CANCELLED means: an account that was closed before its deposit may be shown so, without `paidAt`."""
    return Rank.CANCELLED if has_paid_at or paid or cancelled else Rank.DECLINED


def refunded_of_cancelled(total: int, paid: int, cancelled: int) -> int:
    """Return what went back in full: with a discount, the sum may count order money or paid money."""
    return total if cancelled in (total, paid) else cancelled
