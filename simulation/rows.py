"""Row: one attempt in the provider's book, as it truly is; Page: a page of a list of them."""

from typing import Final

import attrs

from payments.domain.money import Money
from payments.domain.report import Deposit, Rank, Report, ReportedRefund
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Mode

PORTONE: Final = "portone"
"""The provider of rows of V2; those of V1 are of the default one."""


class Refusal(Exception):
    """What the provider's window says no to."""


@attrs.define(eq=False)
class Row:
    """One attempt as it truly is. `versions` are its states: since when, where it was listed, and what it showed."""

    gateway_id: GatewayId
    merchant_id: MerchantId
    amount: Money
    mode: Mode
    owner: str
    provider: str = DEFAULT_PROVIDER
    method: str = "card"
    rank: Rank = Rank.READY
    refunds: list[ReportedRefund] = attrs.Factory(list)
    waiting: list[ReportedRefund] = attrs.Factory(list)
    """Cancels of V2 that are only accepted."""
    failed: list[ReportedRefund] = attrs.Factory(list)
    asynchronous: bool = False
    closed: bool = False
    """It is an account that was closed before its deposit."""
    deposit: Deposit | None = None
    captured_at: int | None = None
    declined_before: bool = False
    unreadable: bool = False
    """The caller cannot read it; once the faults stop, only half of those, or one that `stays_unreadable`."""
    stays_unreadable: bool = False
    restless: bool = False
    """It may leave its place while the pages of an old stretch are read."""
    never_refunds: bool = False
    listed_at: int = 0
    at_work: int = 0
    versions: list[tuple[int, int, Report]] = attrs.Factory(list)

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)

    @property
    def remaining(self) -> int:
        return self.amount.minor - self.refunded if self.rank >= Rank.CAPTURED else 0

    @property
    def latest(self) -> Report:
        return self.versions[-1][2]

    @property
    def waits(self) -> bool:
        return self.rank is Rank.READY and self.deposit is not None


@attrs.frozen
class Page:
    """One page of the list, as a replica shows it."""

    rows: tuple[Row, ...]
    reports: tuple[Report, ...]
    pages: int
    total: int
