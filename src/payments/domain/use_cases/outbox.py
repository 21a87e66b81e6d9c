"""Courier: delivers each message at least once, in ten tries over about three days, then as a dead letter.

Once a receiver answers again, what waits for it is brought forward.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.messages import DeliveryFailed, Message, Outbox, Publisher
from payments.domain.ports import Clock
from payments.domain.use_cases.recovery import Recovery

DELIVERY_LEASE: Final = timedelta(minutes=2)
"""How long claimed messages are left to their courier."""

DELIVERY_WAITS: Final = (
    *(timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=5), timedelta(hours=10), timedelta(hours=20), timedelta(hours=36)),
)
"""The waits between ten tries: a little over three days in all, so that an outage of three days loses nothing."""

LONGEST_RETRY_AFTER: Final = timedelta(days=2)
"""The longest wait that the shop can ask for."""


@attrs.frozen(kw_only=True)
class Courier:
    """Delivers what waits. `jitter` returns a factor of 1.0 to 1.1, so that many retries spread out.

    `in_order`: a message follows only once all earlier ones about its payment arrived or were skipped by an operator.
    """

    outbox: Outbox
    publisher: Publisher
    clock: Clock
    jitter: Callable[[], float]
    in_order: bool = False
    recovery: Recovery = attrs.field(factory=Recovery)

    async def deliver(self, limit: int = 10) -> Sequence[Message]:
        """Try up to *limit* due messages once, and return those that arrived."""
        now = self.clock.now()
        claimed = await self.outbox.claim(now, now + DELIVERY_LEASE, limit, in_order=self.in_order)
        return [message for message in claimed if await self._arrived(message)]

    async def _arrived(self, message: Message) -> bool:
        try:
            await self.publisher.publish(message)
        except DeliveryFailed as failure:
            await self._failed(message, failure)
            return False
        await self.outbox.delivered(message.id)
        now = self.clock.now()
        if self.recovery.arrived(message.id, now):
            # what is due sooner is perhaps being delivered at this moment
            await self.outbox.hurry(now, beyond=now + DELIVERY_LEASE, but=frozenset(self.recovery.troubled))
        return True

    async def _failed(self, message: Message, failure: DeliveryFailed) -> None:
        self.recovery.failed(message.id, self.clock.now())
        if failure.gone or message.tries >= len(DELIVERY_WAITS):
            await self.outbox.bury(message.id, str(failure))
            return
        wait = max(DELIVERY_WAITS[message.tries] * self.jitter(), failure.retry_after or timedelta())
        await self.outbox.postpone(message.id, self.clock.now() + min(wait, LONGEST_RETRY_AFTER), str(failure))
