"""What PortOne V2 knows of a payment beyond what both generations know: it hangs on the payment's row.

A payment belongs to the generation whose window or API made it. Both are rows of one book, with the same money.
"""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

CancelStatus = Literal["SUCCEEDED", "REQUESTED", "FAILED"]


@attrs.frozen(kw_only=True)
class PortOneCancellation:
    """One entry of `cancellations`; amounts in minor units, times in UNIX seconds (0: not yet)."""

    id: str
    status: CancelStatus
    total: int
    tax_free: int
    vat: int
    reason: str
    requested_at: int
    cancelled_at: int = 0
    trigger: str = "API"
    skip_webhook: bool = False
    works_until: int = 0
    """The PG carries it out then, and nobody sees it before; 0: it is seen."""


@attrs.frozen(kw_only=True)
class PortOneFacts:
    """The V2 part of a payment; amounts in minor units."""

    channel_key: str
    channel_name: str
    pay_method: str = "CARD"
    easy_pay: str = ""
    """The provider that was asked for, as the API spells it."""
    customer: Mapping[str, Any] = attrs.field(factory=dict)
    """As the API shows it."""
    details: Mapping[str, Any] = attrs.field(factory=dict)
    """Fields that come back as they were sent: products, productCount, country, promotionId, isCulturalExpense."""
    platform: str = "PC"
    """Where it was asked for: PC, MOBILE or API."""
    page: str = ""
    """The address of the shop's page."""
    vat: int | None = None
    billing_key: str = ""
    schedule_id: str = ""
    manual: bool = False
    """The channel waits for `confirm` before it takes money."""
    asynchronous: bool = False
    """The PG carries a cancel out later."""
    payment_token: str = ""
    """What `confirm` must name, once the buyer has agreed in the window of a manual channel."""
    agreed: Mapping[str, Any] = attrs.field(factory=dict)
    """How the buyer agreed to pay."""
    is_pending: bool = False
    """The PG is still examining the payment: PAY_PENDING."""
    cancellations: tuple[PortOneCancellation, ...] = ()
    disputes: tuple[Mapping[str, Any], ...] = ()

    def cancelling(self) -> int:
        """Return how much is being cancelled and not yet done."""
        return sum(entry.total for entry in self.cancellations if entry.status == "REQUESTED")
