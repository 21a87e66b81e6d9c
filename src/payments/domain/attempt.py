"""Attempt: one try at the provider, and what its capture means for the payment (the disposition)."""

from enum import StrEnum
from typing import Final

import attrs

from payments.domain.money import whole
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, text


class Disposition(StrEnum):
    """What a capture is to us. Every disposition but `accepted` is a stray: money that needs a decision."""

    ACCEPTED = "accepted"
    MISMATCH = "mismatch"  # another amount or currency than the price
    DUPLICATE = "duplicate"  # the payment already has its capture
    LATE = "late"  # the payment was closed before we learnt of it
    WRONG_MODE = "wrong_mode"  # test money in a live shop, or real money in a test shop
    ORPHAN = "orphan"  # our prefix, but we have no such payment


REFUNDABLE_BY_POLICY: Final = frozenset({Disposition.MISMATCH, Disposition.DUPLICATE, Disposition.LATE})
"""Strays that are refunded without a person. The others are held: this installation did not begin them."""


@attrs.frozen(kw_only=True)
class Attempt:
    """The highest report of one try. `note` is what an operator wrote when a stray was held.

    `revoke_failure` is the provider's refusal to close a virtual account that should take no money any more. `outside`,
    in minor units, is what of a capture was given back elsewhere, where the provider does not know of it.
    """

    report: Report
    disposition: Disposition | None = None
    note: str = attrs.field(default="", validator=text(0, 500))
    revoke_failure: str = attrs.field(default="", validator=text(0, 500))
    outside: int = 0

    def __attrs_post_init__(self) -> None:
        whole(self.outside, what="What was given back elsewhere")
        if self.outside > self.report.remaining:
            raise ValueError(f"More was given back elsewhere than is left of {self.gateway_id}.")

    @property
    def left(self) -> int:
        """What the shop still holds of a capture, in minor units, less what was given back elsewhere.

        The provider's own remainder, to which a refund's checksum refers, is `report.remaining`.
        """
        return self.report.remaining - self.outside

    @property
    def gateway_id(self) -> GatewayId:
        return self.report.gateway_id

    @property
    def is_stray(self) -> bool:
        return self.disposition not in (None, Disposition.ACCEPTED)

    @property
    def is_open_stray(self) -> bool:
        """Whether money is left here and no person has decided about it."""
        return self.is_stray and self.left > 0 and not self.note

    @property
    def counts_as_money(self) -> bool:
        """Whether its amounts belong into sums of money: test money in a live shop does not."""
        return self.report.is_capture and self.disposition is not Disposition.WRONG_MODE

    @property
    def waits_for_deposit(self) -> bool:
        return self.report.rank is Rank.READY and self.report.deposit is not None
