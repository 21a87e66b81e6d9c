"""HintTaker: what strangers say (a webhook, a returning phone) names a payment to check, and never asks the provider.

A hint that names a payment of ours makes it due now; the sweep checks it once, however often it was named. One that
names only an unknown attempt waits in a bounded list, which the worker follows at a set rate.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.access import Hints
from payments.domain.errors import ContractViolation, GatewayError, PaymentNotFound
from payments.domain.event import Source
from payments.domain.ports import Clock
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.values import GatewayId, MerchantId

FOLLOWED_AT_ONCE: Final = 10
FOLLOW_PAUSE: Final = timedelta(seconds=1)
"""At most FOLLOWED_AT_ONCE unknown attempts are looked up per FOLLOW_PAUSE, by all workers together."""

HINT_LEASE: Final = timedelta(minutes=2)
"""How long a claimed hint is left to its worker; where the provider did not answer, it is also the wait."""

HINTS_EXPIRE_AFTER: Final = timedelta(hours=1)
"""How old a hint may get before it is dropped. What it would have told is then found by reconciliation."""


@attrs.frozen
class NotFollowed:
    """A hint that led to nothing, and why."""

    gateway_id: GatewayId
    error: GatewayError


@attrs.frozen(kw_only=True)
class HintTaker:
    """Takes hints and follows them. Taking one costs one read and at most one write, whatever it names."""

    hints: Hints
    refresher: Refresher
    clock: Clock

    async def take(self, merchant_id: MerchantId | None, gateway_id: GatewayId | None) -> MerchantId | None:
        """Make the named payment due now and return its id; None where the hint names no payment of ours."""
        known = await self.hints.payment_named(merchant_id, gateway_id)
        if known is not None:
            await self.refresher.refresh_soon(known)
        elif gateway_id is not None:
            await self.hints.add_hint(gateway_id, self.clock.now())
        return known

    async def follow(
        self, limit: int = FOLLOWED_AT_ONCE, pause: timedelta = FOLLOW_PAUSE
    ) -> tuple[int, Sequence[NotFollowed]]:
        """Look up at most *limit* unknown attempts; return how many, and what could not be recorded."""
        now, troubles = self.clock.now(), list[NotFollowed]()
        claimed = await self.hints.claim_hints(now, now + HINT_LEASE, limit, pause)
        for gateway_id in claimed:
            try:
                await self.refresher.refresh_attempt(gateway_id, Source.WEBHOOK)
            except PaymentNotFound:
                pass  # at no payment of ours; a capture under our prefix is an orphan now
            except ContractViolation as error:
                troubles.append(NotFollowed(gateway_id, error))
            except GatewayError as error:
                troubles.append(NotFollowed(gateway_id, error))
                continue  # it is due again after its lease
            await self.hints.remove_hint(gateway_id)
        return len(claimed), troubles
