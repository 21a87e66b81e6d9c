"""Comparison: what a comparison of our books with the providers' lists found, as it is stored and shown."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from payments.domain.money import Money
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId, aware, text

MOST_FINDINGS: Final = 500
"""How many findings of one comparison are kept; `more` counts the others."""


class FindingKind(StrEnum):
    """What is wrong. DIFFERED and UNKNOWN_HERE were recorded: afterwards the books agree."""

    DIFFERED = "differed"  # the books said something else; what the provider says was recorded
    UNKNOWN_HERE = "unknown_here"  # a capture under our prefix without a payment: booked as an orphan
    UNKNOWN_THERE = "unknown_there"  # a capture in our books that its provider does not know
    NOT_RECORDED = "not_recorded"  # a row that could not be read or recorded; `what` says why


@attrs.frozen(kw_only=True)
class Seen:
    """What an attempt showed: at the provider, or in our books where the provider does not know it."""

    rank: Rank
    amount: Money
    refunded: int
    """In minor units."""


@attrs.frozen(kw_only=True)
class Finding:
    """One finding, with what was seen of its attempt.

    Where no row could be read or recorded, `what` says why, in a plain sentence without secrets, and ids may be empty.
    """

    kind: FindingKind
    merchant_id: MerchantId | None = None
    gateway_id: GatewayId | None = None
    seen: Seen | None = None
    what: str = attrs.field(default="", validator=text(0, 300))


@attrs.frozen(kw_only=True)
class Comparison:
    """What was found from `since` on, before `until`. `agreed` and `foreign` count rows of the providers' lists.

    `foreign` are captures under the prefix of another installation on the same account.
    """

    id: str = attrs.field(validator=text(1, 40))
    since: datetime = attrs.field(validator=aware)
    until: datetime = attrs.field(validator=aware)
    started_at: datetime = attrs.field(validator=aware)
    finished_at: datetime = attrs.field(validator=aware)
    by: str = attrs.field(validator=text(1, 120))
    agreed: int = 0
    foreign: int = 0
    findings: tuple[Finding, ...] = ()
    more: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
