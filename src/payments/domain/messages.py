"""Telling the shop: every event leaves a message in the outbox, in the same transaction, until it is delivered.

Message     what is told, fixed when it is written: every repeat has the same id and the same bytes
Outbox      the port where messages wait
Publisher   the port that delivers them
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, Self

import attrs

from payments.domain.errors import PaymentsError
from payments.domain.event import Event
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import MerchantId


@attrs.frozen(kw_only=True)
class Message:
    """One event, told: `body` is JSON text; `tries` counts the failed deliveries so far."""

    id: str
    merchant_id: MerchantId
    version: int
    body: str
    created_at: datetime
    tries: int = 0
    error: str = ""

    @classmethod
    def about(cls, payment: Payment, event: Event) -> Self:
        """Return the message about *event*, made of facts that never change."""
        data = {
            "merchant_id": payment.merchant_id,
            "version": event.version,
            "status": event.status,
            "order": payment.order,
            "buyer": payment.buyer,
            "price": {"amount": payment.price.minor, "currency": payment.price.currency},
            "mode": payment.mode,
            **_common(event),
        }
        # no full stop in the id, because webhook signatures are delimited by it
        return cls._of(
            f"{payment.merchant_id}_{event.version}", payment.merchant_id, f"payment.{event.kind}", event, data
        )

    @classmethod
    def about_orphan(cls, orphan: Orphan, event: Event) -> Self:
        """Return the message about an event of an orphan, which is nobody's payment here."""
        report = orphan.report
        data = {
            "merchant_id": report.merchant_id,
            "version": event.version,
            "captured": {"amount": report.amount.minor, "currency": report.amount.currency},
            "mode": report.mode,
            **_common(event),
        }
        # no merchant id of ours contains a tilde, so no payment's message can have the same id
        message_id = f"orphan~{report.gateway_id}~{event.version}"
        return cls._of(message_id, report.merchant_id, f"orphan.{event.kind}", event, data)

    @classmethod
    def _of(cls, message_id: str, merchant_id: MerchantId, kind: str, event: Event, data: dict[str, Any]) -> Self:
        told = {"type": kind, "timestamp": event.at.isoformat(), "data": data}
        return cls(
            id=message_id,
            merchant_id=merchant_id,
            version=event.version,
            body=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
            created_at=event.at,
        )


def _common(event: Event) -> dict[str, Any]:
    return {
        "by": event.by,
        "gateway_id": event.gateway_id,
        "refund_id": event.refund_id,
        "amount": event.amount,
        "reason": event.reason,
    }


class Outbox(Protocol):
    """Where messages wait. The repositories write them, together with the change that they tell."""

    async def claim(self, now: datetime, until: datetime, limit: int, *, in_order: bool = False) -> Sequence[Message]:
        """Return at most *limit* due messages, oldest first, and make them due again at *until*.

        *in_order*: none of which an earlier message about the same payment waits, is claimed, or is a dead letter.
        """

    async def delivered(self, message_id: str) -> None:
        """Delete a message that arrived."""

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        """Count a failed try, and try again at *due_at*."""

    async def bury(self, message_id: str, error: str) -> None:
        """Count a failed try, and stop trying: a dead letter."""

    async def dead(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return up to *limit* dead letters, oldest first: all, or those about one payment."""

    async def waiting(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return up to *limit* messages that wait for their delivery, oldest first: all, or those about one payment."""

    async def hurry(self, now: datetime, *, beyond: datetime | None = None, but: Collection[str] = ()) -> int:
        """Make every message that was postponed due now, with its tries; returns how many.

        Only those due after *beyond* (else after *now*), and none whose id is in *but*. One that is being delivered at
        the moment may be delivered twice.
        """

    async def replay(self, message_id: str, now: datetime) -> bool:
        """Make a dead letter due now with its tries reset; False if there is no such dead letter."""

    async def skip(self, message_id: str) -> bool:
        """Delete a dead letter, so that later messages of its payment follow; False if there is no such dead letter."""

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete at most *limit* messages that were created before *before*, and are dead or due before then.

        Returns how many were deleted.
        """


@attrs.define
class DeliveryFailed(PaymentsError):
    """The shop did not take a message. `retry_after` is the wait it asks for; `gone` means that it wants no more."""

    slug: ClassVar[str] = "delivery-failed"
    retry_after: timedelta | None = None
    gone: bool = False


class Publisher(Protocol):
    """Delivers a message: to a webhook endpoint, or to a subscriber in this process."""

    async def publish(self, message: Message) -> None:
        """Deliver it; the receiver may see it twice. Raises DeliveryFailed."""
