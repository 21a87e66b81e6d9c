"""The use cases that nobody calls: look again at what is due, and walk the provider's own list.

sweep   due payments under a lease: push their refunds, look, settle, expire, plan the next look
reconcile   compare everything the provider has seen since `reconciled_until`, to find money that no row of ours expects
"""

from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.domain.errors import PaymentNotFound, StorageConflict, StorageUnavailable
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.report import Report
from payments.domain.schedule import LEASE
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.refunds import Refunds
from payments.domain.values import MerchantId

OVERLAP: Final = timedelta(minutes=15)
"""How far before the reconciled_until a walk begins: clocks differ, and rows are stamped before they can be read."""

SPAN: Final = timedelta(days=89)
"""The longest stretch one walk asks for at once; the provider allows 90 days."""

AGAIN: Final = (StorageConflict, StorageUnavailable)
"""Troubles with a row that pass: it is walked past again."""


@attrs.frozen
class Trouble:
    """One payment that could not be attended to, and why; the others were."""

    merchant_id: MerchantId
    error: Exception


@attrs.define
class Swept:
    """What a sweep or a walk did."""

    looked: int = 0
    changed: int = 0
    troubles: list[Trouble] = attrs.Factory(list)
    skipped: list[str] = attrs.Factory(list)


@attrs.frozen
class Sweep:
    """Any number may run beside each other: a claimed payment is nobody else's until its lease ends."""

    checkout: Checkout
    refunds: Refunds

    async def sweep(self, limit: int = 20) -> Swept:
        """Attend to at most *limit* due payments; trouble with one does not keep the others waiting."""
        now = self.checkout.clock.now()
        done = Swept()
        for payment in await self.checkout.payments.claim(now, now + LEASE, limit):
            done.looked += 1
            try:
                after = await self._attend(payment)
            except Exception as error:  # noqa: BLE001 - a bug met at one payment must not starve those claimed with it
                done.troubles.append(Trouble(payment.merchant_id, error))
                await self._plan(payment.merchant_id)
            else:
                done.changed += after.version != payment.version
        return done

    async def _attend(self, payment: Payment) -> Payment:
        merchant_id, asked_at = payment.merchant_id, self.checkout.clock.now()
        if payment.open_refunds:  # pushing one shows its attempt as well as a look would
            for refund in payment.open_refunds:
                await self.refunds.push(merchant_id, refund.id)
        else:
            await self.checkout.refresh(merchant_id, "sweep")
        after = await self.checkout.payments.update(merchant_id, lambda p: p.expired(asked_at))  # money came since?
        if after.status is Status.CANCELLED:
            after = await self.checkout.revoke_deposits(after)
        if after.version != payment.version:
            return after  # new_events plan their own next look
        return await self.checkout.payments.update(merchant_id, lambda p: p.checked_at(self.checkout.clock.now()))

    async def _plan(self, merchant_id: MerchantId) -> None:
        """Plan the next look after one that was not answered: it does not count, so no series ends in an outage."""
        now = self.checkout.clock.now()
        await self.checkout.payments.update(merchant_id, lambda p: p.scheduled(p.next_check(now)))

    async def reconcile(self, since: datetime | None = None) -> Swept:
        """Settle all in the provider's list that differs or is unknown here, from the reconciled_until or *since* on.

        `reconciled_until` moves only after the last page of a stretch, once all of it is stored, and never past what
        was not read. Raises GatewayError: the next walk begins there.
        """
        now = self.checkout.clock.now()
        mark = await self.checkout.payments.reconciled_until() or now
        start = min(since or mark, now) - OVERLAP  # another worker's clock may have been ahead
        leaves_a_gap = start > mark
        done = Swept()
        while start < now:
            end = min(now, start + SPAN)
            await self._reconcile_stretch(start, end, done)
            if any(isinstance(trouble.error, AGAIN) for trouble in done.troubles):
                break
            if not leaves_a_gap:
                await self.checkout.payments.move_reconciled_until(end)
            start = end
        return done

    async def _reconcile_stretch(self, start: datetime, end: datetime, done: Swept) -> None:
        """Walk from the last page to the first: a row that leaves the stretch shifts others to pages still ahead."""
        listing = self.checkout.gateway.listing
        first = await listing(start, end, 1)
        for number in range(first.pages, 0, -1):
            page = await listing(start, end, number) if first.pages > 1 else first
            done.skipped.extend(page.skipped)
            for report in page.reports:
                done.looked += 1
                done.changed += await self._record(report, done)

    async def _record(self, report: Report, done: Swept) -> bool:
        try:
            if not await self._is_news(report):
                return False
            await self.checkout.record(report, "listing")
        except Exception as error:  # noqa: BLE001 - nor may it hide every row of the list that comes after
            done.troubles.append(Trouble(report.merchant_id, error))
            return False
        return True

    async def _is_news(self, report: Report) -> bool:
        try:
            payment = await self.checkout.payments.get(report.merchant_id)
        except PaymentNotFound:
            return report.is_capture  # an attempt without money at somebody else's payment is none of ours
        attempt = payment.attempt(report.gateway_id)
        return attempt is None or attempt.report.joined(report) != attempt.report
