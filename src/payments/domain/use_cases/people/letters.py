"""Letters: what people do with messages that the shop did not accept, each with a row in the audit list."""

from collections.abc import Sequence

import attrs

from payments.domain.messages import Message, Outbox
from payments.domain.people.audit import AuditAction
from payments.domain.ports import Clock
from payments.domain.use_cases.people.trail import Trail
from payments.domain.values import Caller, MerchantId


@attrs.frozen(kw_only=True)
class Letters:
    """The messages in the outbox, for an operator."""

    outbox: Outbox
    clock: Clock
    trail: Trail

    async def dead(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return up to *limit* dead letters, oldest first: all, or those about one payment."""
        return await self.outbox.dead(limit, merchant_id)

    async def waiting(self, limit: int, merchant_id: MerchantId | None = None) -> Sequence[Message]:
        """Return up to *limit* messages that wait for their delivery, oldest first: all, or those about one payment."""
        return await self.outbox.waiting(limit, merchant_id)

    async def replay(self, caller: Caller, message_id: str) -> bool:
        """Send a dead letter again, with the same id and content; False if there is no such dead letter."""
        replaying = self.outbox.replay(message_id, self.clock.now())
        return await self.trail.noted(caller, AuditAction.REPLAY_MESSAGE, None, replaying, message=message_id)

    async def hurry(self, caller: Caller) -> int:
        """Make all waiting messages due now; returns how many."""
        hurrying = self.outbox.hurry(self.clock.now())
        return await self.trail.noted(caller, AuditAction.REPLAY_MESSAGE, None, hurrying, message="all that wait")

    async def skip(self, caller: Caller, message_id: str) -> bool:
        """Delete a dead letter, so that later messages of its payment follow; False if there is no such dead letter."""
        skipping = self.outbox.skip(message_id)
        return await self.trail.noted(caller, AuditAction.SKIP_MESSAGE, None, skipping, message=message_id)
