"""Telling the shop: every event leaves a message in the outbox, in the same transaction, until it is delivered.

Message     what is told, fixed when it is written: every repeat has the same id and the same bytes
Outbox      the port where messages wait
Publisher   the port that tells somebody
Courier     the use case: at least once, ten tries over about three days, then a dead letter
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol, Self

import attrs

from payments.domain.errors import PaymentsError
from payments.domain.payment import Event, Payment
from payments.domain.ports import Clock
from payments.domain.schedule import LEASE
from payments.domain.values import MerchantId

WAITS: Final = (
    *(timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=5), timedelta(hours=10), timedelta(hours=20), timedelta(hours=36)),
)
"""The waits between ten tries: together a little over three days, so that three days without a shop lose nothing."""

MAX_WAIT: Final = timedelta(days=2)
"""However long the shop asks us to wait."""


@attrs.frozen(kw_only=True)
class Message:
    """One event, told: `body` is JSON text; `tries` counts the failed deliveries so far."""

    id: str
    merchant_id: MerchantId
    body: str
    created_at: datetime
    tries: int = 0
    error: str = ""

    @classmethod
    def about(cls, payment: Payment, event: Event) -> Self:
        """Return the message that tells *event*, out of facts that never change."""
        data = {
            "merchant_id": payment.merchant_id,
            "version": event.version,
            "status": event.status,
            "order": payment.order,
            "buyer": payment.buyer,
            "price": {"amount": payment.price.minor, "currency": payment.price.currency},
            "mode": payment.mode,
            "by": event.by,
            "gateway_id": event.gateway_id,
            "refund_id": event.refund_id,
            "amount": event.amount,
            "reason": event.reason,
        }
        told = {"type": f"payment.{event.kind}", "timestamp": event.at.isoformat(), "data": data}
        return cls(
            id=f"{payment.merchant_id}_{event.version}",  # no full stop: webhook signatures are delimited by it
            merchant_id=payment.merchant_id,
            body=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
            created_at=event.at,
        )


class Outbox(Protocol):
    """Where messages wait. They are written by PaymentRepository, together with the change they tell of."""

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Message]:
        """Return at most *limit* due messages, oldest first, and make them due again at *until*."""

    async def delivered(self, message_id: str) -> None:
        """Forget a message that arrived."""

    async def postpone(self, message_id: str, due_at: datetime, error: str) -> None:
        """Count a failed try, and try again at *due_at*."""

    async def bury(self, message_id: str, error: str) -> None:
        """Count a failed try, and stop trying: a dead letter."""

    async def dead(self, limit: int) -> Sequence[Message]:
        """Return up to *limit* dead letters, oldest first."""

    async def replay(self, message_id: str, now: datetime) -> bool:
        """Make a dead letter due now with its tries forgotten; False if there is no such dead letter."""

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop at most *limit* messages made before *before*, dead or due before then too; returns how many."""


@attrs.define
class DeliveryFailed(PaymentsError):
    """The shop did not take a message. `retry_after` is its own wish; `gone` means it wants no more of them."""

    slug: ClassVar[str] = "delivery-failed"
    retry_after: timedelta | None = None
    gone: bool = False


class Publisher(Protocol):
    """Somebody who is told: a webhook endpoint, or a subscriber in this process."""

    async def publish(self, message: Message) -> None:
        """Tell it; the receiver may see it twice. Raises DeliveryFailed."""


@attrs.frozen(kw_only=True)
class Courier:
    """Delivers what waits. `jitter` returns a factor of 1.0 to 1.1, so that a crowd of retries spreads out."""

    outbox: Outbox
    publisher: Publisher
    clock: Clock
    jitter: Callable[[], float]

    async def deliver(self, limit: int = 10) -> Sequence[Message]:
        """Try up to *limit* due messages once, and return those that arrived."""
        now = self.clock.now()
        return [m for m in await self.outbox.claim(now, now + LEASE, limit) if await self._arrived(m)]

    async def _arrived(self, message: Message) -> bool:
        try:
            await self.publisher.publish(message)
        except DeliveryFailed as failure:
            await self._failed(message, failure)
            return False
        await self.outbox.delivered(message.id)
        return True

    async def _failed(self, message: Message, failure: DeliveryFailed) -> None:
        if failure.gone or message.tries >= len(WAITS):
            await self.outbox.bury(message.id, str(failure))
            return
        wait = max(WAITS[message.tries] * self.jitter(), failure.retry_after or timedelta())
        await self.outbox.postpone(message.id, self.clock.now() + min(wait, MAX_WAIT), str(failure))
