"""Event: one change of a payment, as it is stored in the timeline and told to the shop."""

from datetime import datetime
from enum import StrEnum

import attrs

from payments.domain.machine import Status
from payments.domain.values import GatewayId, RefundId, aware, text


class EventKind(StrEnum):
    """What changed."""

    BEGUN = "begun"
    PREPARED = "prepared"
    PREPARE_REFUSED = "prepare_refused"
    ATTEMPT_OPENED = "attempt_opened"
    DEPOSIT_ISSUED = "deposit_issued"
    ATTEMPT_UPDATED = "attempt_updated"
    ATTEMPT_UNREADABLE = "attempt_unreadable"
    DECLINED = "declined"
    CAPTURED = "captured"
    STRAYED = "strayed"
    CLOSED = "closed"
    DEPOSIT_LEFT_OPEN = "deposit_left_open"
    REFUND_REQUESTED = "refund_requested"
    REFUND_REBASED = "refund_rebased"
    REFUND_REFUSED = "refund_refused"
    REFUNDED = "refunded"
    STRAY_HELD = "stray_held"


@attrs.frozen(kw_only=True)
class Event:
    """When, what, and who or what reported it (`by`), with the status that the change left behind.

    `amount` is in minor units; `by` is a Source or the `role:name` of a caller. Payment.with_event fills in `version`
    and `status`.
    """

    kind: EventKind
    at: datetime = attrs.field(validator=aware)
    by: str = attrs.field(validator=text(1, 120))
    gateway_id: GatewayId | None = None
    refund_id: RefundId | None = None
    amount: int | None = None
    reason: str = attrs.field(default="", validator=text(0, 1000))
    version: int = 0
    status: Status = Status.AWAITING
