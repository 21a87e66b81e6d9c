"""What people watch: alarms, which no use case can put right, and how much waits in a store."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import attrs

from payments.domain.values import MerchantId


class AlarmKind(StrEnum):
    """What happened that a person must know of at once."""

    KNOWLEDGE_WENT_BACKWARDS = "knowledge-went-backwards"
    CONTRACT_BROKEN = "contract-broken"
    ROW_UNREADABLE = "row-unreadable"
    REFUND_EXECUTED_LATE = "refund-executed-late"
    REFUND_NEEDS_A_PERSON = "refund-needs-a-person"
    REFUND_SLOWER_THAN_EXPECTED = "refund-slower-than-expected"
    REFUND_UNFINISHED = "refund-unfinished"
    CREDENTIALS_REFUSED = "credentials-refused"
    LIST_KEEPS_CHANGING = "list-keeps-changing"


@attrs.frozen
class Alarm:
    """One alarm: a plain sentence without secrets, about this payment if it is about one."""

    kind: AlarmKind
    sentence: str
    merchant_id: MerchantId | None = None


class Alarms(Protocol):
    """Where alarms go: a log, a pager."""

    async def raise_alarm(self, alarm: Alarm) -> None:
        """Tell a person. Never fails."""


MOST_COUNTED: Final = 10_000
"""Where counting what waits ends: more is shown as this many."""


@attrs.frozen(kw_only=True)
class Backlog:
    """How much waits, each number up to MOST_COUNTED. `overdue` leaves out routine checks, which may wait.
    `unfinished_refunds` are open ones that the provider accepted longer than LONGEST_ACCEPTED ago.

    `oldest_message`: when the oldest message that waits for the shop was created, among the MOST_COUNTED due first.
    """

    due: int = 0
    overdue: int = 0
    open_refunds: int = 0
    unfinished_refunds: int = 0
    open_strays: int = 0
    messages_waiting: int = 0
    messages_dead: int = 0
    oldest_message: datetime | None = None
    reconciled_until: datetime | None = None


class BacklogReader(Protocol):
    """Counts what waits, for operators."""

    async def read(self, now: datetime, overdue_before: datetime, providers: Collection[str] | None = None) -> Backlog:
        """Return how much waits at *now*. A payment is overdue if it was due before *overdue_before*.

        The lists of these *providers* count, or of all: one that a shop has left is not compared any more.
        """
