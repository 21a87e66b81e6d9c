"""Status, Trigger and TRANSITIONS: the one place that decides a status.

`failed`: this try went wrong, the door is still open. `cancelled`: the door is closed, or all the money went back.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from payments.domain.errors import IllegalTransition


class Status(StrEnum):
    """Where a payment stands; there is no second truth beside it."""

    AWAITING = "awaiting"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """What can happen to a payment's status."""

    CAPTURED = "captured"  # the provider took exactly our amount
    DECLINED = "declined"  # this try went wrong
    CLOSED = "closed"  # by the buyer, the shop, expiry, or a new beginning
    REFUNDED = "refunded"  # all of the accepted capture went back


AWAITING, PAID, FAILED, CANCELLED = Status.AWAITING, Status.PAID, Status.FAILED, Status.CANCELLED
CAPTURED, DECLINED, CLOSED, REFUNDED = Trigger.CAPTURED, Trigger.DECLINED, Trigger.CLOSED, Trigger.REFUNDED

_TABLE: dict[Status, dict[Trigger, Status | None]] = {  # total: no cell is left out; None: refused
    AWAITING:  {CAPTURED: PAID, DECLINED: FAILED,    CLOSED: CANCELLED, REFUNDED: None},
    FAILED:    {CAPTURED: PAID, DECLINED: FAILED,    CLOSED: CANCELLED, REFUNDED: None},  # a late approval still pays
    PAID:      {CAPTURED: PAID, DECLINED: PAID,      CLOSED: None,      REFUNDED: CANCELLED},
    CANCELLED: {CAPTURED: None, DECLINED: CANCELLED, CLOSED: CANCELLED, REFUNDED: CANCELLED},
}  # fmt: skip
TRANSITIONS: Final[Mapping[Status, Mapping[Trigger, Status | None]]] = MappingProxyType(
    {status: MappingProxyType(row) for status, row in _TABLE.items()}
)


def move(status: Status, trigger: Trigger) -> Status:
    """Return the status that *trigger* leads to. Raises IllegalTransition where the table refuses."""
    after = TRANSITIONS[status][trigger]
    if after is None:
        raise IllegalTransition(status, trigger)
    return after
