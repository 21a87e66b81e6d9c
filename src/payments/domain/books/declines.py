"""Declines: how many tries to pay went wrong, and in whose words why."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Self

import attrs

from payments.domain.payment import Payment
from payments.domain.report import Rank

MOST_REASONS: Final = 6


@attrs.frozen(kw_only=True)
class Declines:
    """Of `tries` that came to an end, so many were declined. `by_reason` has the provider's words, most frequent first.

    `others` counts the reasons that are not in it.
    """

    payments: int
    tries: int
    declined: int
    by_reason: tuple[tuple[str, int], ...] = ()
    others: int = 0

    @classmethod
    def of(cls, payments: Iterable[Payment]) -> Self:
        """Count the attempts at these payments."""
        seen = list(payments)
        ended = [one.report for payment in seen for one in payment.attempts if one.report.rank >= Rank.DECLINED]
        reasons = Counter(report.reason.strip() for report in ended if report.rank is Rank.DECLINED)
        most = reasons.most_common(MOST_REASONS)
        return cls(
            payments=len(seen),
            tries=len(ended),
            declined=reasons.total(),
            by_reason=tuple(most),
            others=reasons.total() - sum(count for _, count in most),
        )
