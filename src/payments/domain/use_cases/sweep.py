"""Sweep: visits what is due: sends open refunds, refreshes, expires and revokes, each with its own errors."""

from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import attrs

from payments.domain.errors import ContractViolation, GatewayError, Rejected
from payments.domain.event import Source
from payments.domain.machine import Status
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.ports import Clock, Gateways, Orphans, PaymentRepository
from payments.domain.report import Report
from payments.domain.schedule import CHECK_PAUSE, DEPOSIT_GRACE, GRACE, LEASE
from payments.domain.use_cases.refreshing import Refreshed, Refresher
from payments.domain.use_cases.refunds import Refunds
from payments.domain.values import MerchantId

T = TypeVar("T")


@attrs.frozen
class Trouble:
    """Something that could not be done for one payment, and why."""

    merchant_id: MerchantId
    error: Exception


@attrs.define
class Swept:
    """What a sweep or a reconciliation did. `skipped` describes unreadable rows of the provider's list.

    `foreign` counts captures under the prefix of another installation on the same account. `silent` has the providers
    whose list could not be read, by name, and why.
    """

    visited: int = 0
    changed: int = 0
    foreign: int = 0
    troubles: list[Trouble] = attrs.Factory(list)
    skipped: list[str] = attrs.Factory(list)
    silent: dict[str, GatewayError] = attrs.Factory(dict)

    def hear(self, report: Report, *, changed: bool) -> None:
        """Do what is to be done with each row of a provider's list; here nothing."""


@attrs.frozen(kw_only=True)
class Sweep:
    """Any number may run beside each other: a claimed payment is left to its claimant until the lease ends.

    After its expiry a payment is still paid by what the provider shows, for `grace`, or `deposit_grace` after the due
    time of a virtual account.
    """

    payments: PaymentRepository
    orphans: Orphans
    gateways: Gateways
    clock: Clock
    refresher: Refresher
    refunds: Refunds
    grace: timedelta = GRACE
    deposit_grace: timedelta = DEPOSIT_GRACE

    async def sweep(self, limit: int = 20) -> Swept:
        """Visit at most *limit* due payments and orphans; trouble with one does not keep the others waiting."""
        done = Swept()
        claimed_at = self.clock.now()
        until = claimed_at + LEASE
        for payment in await self.payments.claim(claimed_at, until, limit):
            lease = await self._renewed(payment.merchant_id, claimed_at, until)
            if lease is not None:
                done.visited += 1
                done.changed += await self._visited(payment, lease, done)
        if done.visited < limit:
            await self._visit_orphans(limit - done.visited, done)
        return done

    async def _renewed(self, merchant_id: MerchantId, claimed_at: datetime, until: datetime) -> datetime | None:
        """Return until when the payment is ours: those later in a slow batch need a fresh lease. None if it is lost."""
        now = self.clock.now()
        if now - claimed_at < LEASE / 4:
            return until
        return now + LEASE if await self.payments.renew(merchant_id, until, now + LEASE) else None

    async def _visited(self, payment: Payment, lease: datetime, done: Swept) -> bool:
        """Visit one payment, and return whether it changed. No trouble with it may starve those claimed with it."""
        troubles = list[Exception]()
        after = await self._step(self._visit(payment, done), troubles)
        await self._step(self.payments.release(payment.merchant_id, lease), troubles)
        done.troubles.extend(Trouble(payment.merchant_id, error) for error in troubles)
        return after is not None and after.version != payment.version

    async def _visit(self, payment: Payment, done: Swept) -> Payment:
        """Do each step of a visit, whatever became of the one before, and plan the next visit."""
        merchant_id, started_at = payment.merchant_id, self.clock.now()
        troubles = list[Exception]()
        for refund in payment.open_refunds:
            await self._step(self.refunds.advance(merchant_id, refund.id), troubles)
        refreshed = await self._step(self.refresher.refresh(payment, Source.SWEEP), troubles)
        complete = refreshed is not None and refreshed.complete
        if complete and not troubles:
            await self.payments.update(merchant_id, lambda p: p.expired(started_at, self.grace, self.deposit_grace))
        latest = await self.payments.get(merchant_id)
        await self._step(self.refresher.revoke_deposits(latest), troubles)
        done.troubles.extend(Trouble(merchant_id, error) for error in troubles)
        return await self._planned(payment, troubles, refreshed)

    @staticmethod
    async def _step(step: Coroutine[Any, Any, T], troubles: list[Exception]) -> T | None:
        try:
            return await step
        except Exception as error:  # noqa: BLE001 - each step has its own trouble; the others are taken all the same
            troubles.append(error)
            return None

    async def _planned(self, before: Payment, troubles: Sequence[Exception], look: Refreshed | None) -> Payment:
        """Store when to come back: a change has planned that already, and no check comes after the payment ends.

        A look that was answered, but not readable as a whole, is no outage: that does not end by itself.
        """
        now, complete = self.clock.now(), look is not None and look.complete
        silent = all(isinstance(e, GatewayError) and not isinstance(e, ContractViolation) for e in troubles)
        outage = bool(troubles) and silent and (look is None or complete)

        def plan(payment: Payment) -> Payment:
            if troubles or not complete:
                return payment.check_failed_at(now, outage=outage)
            planned = payment if payment.version != before.version else self._checked(before, payment, now)
            return self._not_past_its_end(planned, now)

        return await self.payments.update(before.merchant_id, plan)

    @staticmethod
    def _checked(before: Payment, payment: Payment, now: datetime) -> Payment:
        """Return the payment after a check. If it was made due meanwhile, it is checked again at once.

        A hint moves its due time back (`Refresher.refresh_by`), and then the next check follows later.
        """
        checked = payment.checked_at(now)
        if payment.due_at is None or payment.due_at == before.due_at:
            return checked
        by_hint = before.due_at is not None and payment.due_at < before.due_at
        again = now + CHECK_PAUSE if by_hint else payment.due_at
        return checked.scheduled(min(checked.due_at or again, again))

    def _not_past_its_end(self, payment: Payment, now: datetime) -> Payment:
        end = payment.closes_at(self.grace, self.deposit_grace)
        if payment.status is not Status.AWAITING or end <= now or payment.due_at is None:
            return payment
        return payment.scheduled(min(payment.due_at, end))

    async def _visit_orphans(self, limit: int, done: Swept) -> None:
        now = self.clock.now()
        for orphan in await self.orphans.claim(now, now + LEASE, limit):
            done.visited += 1
            try:
                await self._visit_orphan(orphan)
            except Exception as error:  # noqa: BLE001 - a bug met at one orphan must not starve the others
                done.troubles.append(Trouble(orphan.report.merchant_id, error))

    async def _visit_orphan(self, orphan: Orphan) -> None:
        """Ask what became of an orphan. An outage is over soon; any other trouble waits for the next check."""
        try:
            report = await self.gateways.of(orphan.provider).find(orphan.gateway_id, orphan.report.merchant_id)
            await self._checked_orphan(orphan, report)
        except (ContractViolation, Rejected):
            await self._checked_orphan(orphan, None)
            raise

    async def _checked_orphan(self, orphan: Orphan, report: Report | None) -> None:
        now = self.clock.now()

        def change(known: Orphan | None) -> Orphan:
            latest = known or orphan
            return (latest.seen(report, now, Source.SWEEP) if report else latest).checked_at(now)

        await self.orphans.update(orphan.gateway_id, change, orphan.provider)
