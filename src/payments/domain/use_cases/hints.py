"""HintTaker: what strangers say (a webhook, a returning phone) names a payment to check, and never asks the provider.

A hint that names a payment of ours makes it due; the sweep checks it once, however often it was named meanwhile. One
that names only an unknown attempt waits in a bounded list, which the worker follows at a set rate.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.domain.access import Hint, Hints
from payments.domain.errors import ContractViolation, GatewayError, PaymentNotFound
from payments.domain.event import Source
from payments.domain.ports import Clock
from payments.domain.schedule import CHECK_PAUSE
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.values import GatewayId, MerchantId

FOLLOWED_AT_ONCE: Final = 10
FOLLOW_PAUSE: Final = timedelta(seconds=1)
"""At most FOLLOWED_AT_ONCE unknown attempts are looked up per FOLLOW_PAUSE, by all workers together."""

HINT_LEASE: Final = timedelta(minutes=2)
"""How long a claimed hint is left to its worker; where the provider did not answer, it is also the wait."""

HINTS_EXPIRE_AFTER: Final = timedelta(hours=1)
"""How old a hint may get before it is dropped. What it would have told is then found by reconciliation."""

MOST_NAMED: Final = 10_000


@attrs.define
class Named:
    """When each payment was last made due by a hint, in this process. A full list is begun anew."""

    _due: dict[MerchantId, datetime] = attrs.field(factory=dict, init=False)

    def due_after(self, merchant_id: MerchantId, now: datetime) -> datetime:
        """Return when a hint that comes *now* makes the payment due."""
        last = self._due.get(merchant_id)
        if last is None or not now - CHECK_PAUSE < last <= now + CHECK_PAUSE:  # later than that: the clock was set
            return now
        return last if last > now else last + CHECK_PAUSE

    def note(self, merchant_id: MerchantId, due: datetime) -> None:
        """Remember what was stored."""
        if len(self._due) >= MOST_NAMED:
            self._due.clear()
        self._due[merchant_id] = due


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
    _named: Named = attrs.field(factory=Named, init=False)

    async def take(self, hint: Hint) -> MerchantId | None:
        """Make the named payment due and return its id; None where the hint names no payment of ours.

        It is due now, or CHECK_PAUSE after it was last made due here.
        """
        known = await self.hints.payment_named(hint)
        if known is not None:
            await self._make_due(known)
        elif hint.gateway_id is not None:
            await self.hints.add_hint(hint, self.clock.now())
        return known

    async def _make_due(self, merchant_id: MerchantId) -> None:
        due = self._named.due_after(merchant_id, self.clock.now())
        await self.refresher.refresh_by(merchant_id, due)
        self._named.note(merchant_id, due)

    async def follow(
        self, limit: int = FOLLOWED_AT_ONCE, pause: timedelta = FOLLOW_PAUSE
    ) -> tuple[int, Sequence[NotFollowed]]:
        """Look up at most *limit* unknown attempts; return how many, and what could not be recorded."""
        now, troubles = self.clock.now(), list[NotFollowed]()
        claimed = await self.hints.claim_hints(now, now + HINT_LEASE, limit, pause)
        for hint in claimed:
            if not (gateway_id := hint.gateway_id):
                continue
            try:
                await self.refresher.refresh_attempt(gateway_id, Source.WEBHOOK, hint.merchant_id, hint.provider)
            except PaymentNotFound:
                pass  # at no payment of ours; a capture under our prefix is an orphan now
            except ContractViolation as error:
                troubles.append(NotFollowed(gateway_id, error))
            except GatewayError as error:
                troubles.append(NotFollowed(gateway_id, error))
                continue  # it is due again after its lease
            await self.hints.remove_hint(hint)
        return len(claimed), troubles
