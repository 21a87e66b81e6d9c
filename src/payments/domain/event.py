"""Event: one change of a payment, as it is stored in the timeline and told to the shop, and its closed vocabularies.

EventKind   what changed
Source      who reported it
Reason      why a payment is as it is

All are stored and sent as their values, so a value never changes its meaning. People read labels instead.
"""

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
    REFUND_ACCEPTED = "refund_accepted"
    REFUND_APPROVED = "refund_approved"
    REFUND_REBASED = "refund_rebased"
    REFUND_REFUSED = "refund_refused"
    REFUNDED = "refunded"
    STRAY_HELD = "stray_held"
    REFUNDED_OUTSIDE = "refunded_outside"
    OUTSIDE_QUESTIONED = "outside_questioned"
    OUTSIDE_MERGED = "outside_merged"
    OUTSIDE_COUNTED = "outside_counted"


class Source(StrEnum):
    """Where a change comes from, unless a person or a program asked for it: then `by` is `role:name` of a Caller."""

    CLOCK = "clock"  # a time has passed
    POLICY = "policy"  # a rule of this shop, such as refunding strays
    GATEWAY = "gateway"  # the provider's answer to a call of ours
    COMPLETE = "complete"  # the buyer's browser said that the window approved
    ABANDON = "abandon"  # the buyer's browser said that the window was left
    CANCEL = "cancel"  # the refresh before a payment is closed
    REFUND = "refund"  # the refresh around a refund
    RETURN = "return"  # the buyer's browser came back from the provider
    WEBHOOK = "webhook"  # a message of the provider
    SWEEP = "sweep"  # a visit to what is due
    RECONCILIATION = "reconciliation"  # the provider's own list
    OPERATOR = "operator"  # a refresh that an operator asked for
    EXTERNAL = "external"  # a refund that was made outside this program


class Reason(StrEnum):
    """Why the latest try failed, or why a payment was cancelled.

    A decline by the provider carries the provider's own words instead.
    """

    DECLINED = "declined"
    LEFT = "left"  # the buyer closed the window
    AMOUNT_MISMATCH = "amount_mismatch"
    PREPARE_REFUSED = "prepare_refused"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # the order was begun anew
    OTHER_BUYER = "other_buyer"  # the order was begun anew by another buyer, in a shop where an order is paid once
    BUYER = "buyer"  # the buyer cancelled
    SHOP = "shop"  # the shop cancelled
    SYSTEM = "system"  # a program of the shop cancelled
    REFUNDED = "refunded"  # all of the money went back


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
