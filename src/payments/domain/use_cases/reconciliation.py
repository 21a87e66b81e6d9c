"""Reconciliation: compare our books with the provider's own list, and record what differs.

It finds money that no row of ours expects: a capture whose webhook was lost, a refund made in the provider's console, a
payment that a restored backup has forgotten.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from payments.domain.errors import GatewayError, PaymentNotFound, StorageConflict, StorageUnavailable
from payments.domain.event import Source
from payments.domain.ports import (
    Alarm,
    AlarmKind,
    Alarms,
    Clock,
    Gateway,
    Gateways,
    ListingPage,
    Orphans,
    PaymentRepository,
)
from payments.domain.recording import is_worth_keeping
from payments.domain.report import Report
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.sweep import Swept, Trouble

RECENT: Final = timedelta(minutes=15)
"""The newest stretch, read every time: money is found within a minute although clocks differ."""

SETTLED_AFTER: Final = timedelta(minutes=30)
"""How old the end of a stretch must be before the mark may pass it: rows still enter a younger one."""

STRETCH: Final = timedelta(hours=6)
"""The longest stretch behind the mark that is read at once."""

MAX_READS: Final = 5
"""How often a stretch is read again while its total keeps changing; then a person is told."""

_PASSING: Final = (StorageConflict, StorageUnavailable)
"""Troubles with a row that pass by themselves: the mark stays before it, so that it is read again."""


@attrs.frozen
class _List:
    """The list of one provider."""

    provider: str
    gateway: Gateway

    @property
    def longest(self) -> timedelta:
        return min(STRETCH, self.gateway.listing_span)

    async def pages(self, start: datetime, end: datetime) -> AsyncIterator[ListingPage]:
        """Yield every page, and the first one once more: its total shows whether the list changed meanwhile."""
        first = page = await self.gateway.listing(start, end, 1)
        yield first
        number = 1
        while number < page.pages:
            number += 1
            page = await self.gateway.listing(start, end, number)
            yield page
        if number > 1:
            yield await self.gateway.listing(start, end, 1)


@attrs.frozen(kw_only=True)
class Reconciliation:
    """Any number may run beside each other: recording the same report twice changes nothing."""

    payments: PaymentRepository
    orphans: Orphans
    gateways: Gateways
    clock: Clock
    alarms: Alarms
    refresher: Refresher

    async def recent(self) -> Swept:
        """Compare the newest minutes, once: what moves between pages meanwhile is read the next time.

        Raises GatewayError if no provider answers; where one does, the others are in `silent`.
        """
        now = self.clock.now()
        return self._unless_all_are_silent(
            await self._at_each(lambda it, done: self._read(it, now - RECENT, now, set(), done))
        )

    async def catch_up(self) -> Swept:
        """Compare everything between each provider's mark and the settled past, and move the mark along.

        The first call only sets the mark: what happened before this installation began is not its own. Raises
        GatewayError, as `recent` does.
        """
        end = self.clock.now() - SETTLED_AFTER
        return self._unless_all_are_silent(await self._at_each(lambda it, done: self._catch_up(it, end, done)))

    async def between(self, start: datetime, end: datetime, heard: Swept | None = None) -> Swept:
        """Compare one stretch of time; no mark moves. *heard* is told of each row.

        Raises GatewayError if a provider does not answer, after the lists of the others were compared.
        """
        done = await self._at_each(lambda it, done: self._between(it, start, end, done), heard)
        for error in done.silent.values():
            raise error
        return done

    def _unless_all_are_silent(self, done: Swept) -> Swept:
        if len(done.silent) == len(self.gateways.by_name):
            raise next(iter(done.silent.values()))
        return done

    async def _at_each(
        self, compare: Callable[["_List", Swept], Coroutine[Any, Any, object]], heard: Swept | None = None
    ) -> Swept:
        """Compare the list of each provider: one that does not answer must not hide what the others tell."""
        done = heard or Swept()
        for name, gateway in self.gateways.by_name.items():
            try:
                await compare(_List(name, gateway), done)
            except GatewayError as error:
                done.silent[name] = error
        return done

    async def _catch_up(self, it: "_List", end: datetime, done: Swept) -> None:
        mark = await self.payments.reconciled_until(it.provider)
        if mark is None:
            await self.payments.move_reconciled_until(end, it.provider)
            return
        while mark < end:
            stop = min(end, mark + it.longest)
            known = len(done.troubles)
            await self._compare(it, mark, stop, done)
            if any(isinstance(trouble.error, _PASSING) for trouble in done.troubles[known:]):
                return
            await self.payments.move_reconciled_until(stop, it.provider)
            mark = stop

    async def _between(self, it: "_List", start: datetime, end: datetime, done: Swept) -> None:
        while start < end:
            stop = min(end, start + it.longest)
            await self._compare(it, start, stop, done)
            start = stop

    async def _compare(self, it: "_List", start: datetime, end: datetime, done: Swept) -> None:
        """Read a stretch, again while its total changes: a row that enters or leaves shifts others between pages."""
        seen: set[tuple[object, ...]] = set()
        for _ in range(MAX_READS):
            if await self._read(it, start, end, seen, done):
                return
        if end > self.clock.now() - SETTLED_AFTER:
            return  # the newest rows still move, and are read again soon
        span = f"{start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC"
        sentence = f"The list of {it.provider} from {span} changed during {MAX_READS} readings."
        await self.alarms.raise_alarm(Alarm(AlarmKind.LIST_KEEPS_CHANGING, sentence))

    async def _read(
        self, it: "_List", start: datetime, end: datetime, seen: set[tuple[object, ...]], done: Swept
    ) -> bool:
        """Read all pages once; False where the total changed meanwhile."""
        totals = set[int]()
        async for page in it.pages(start, end):
            totals.add(page.total)
            await self._record_page(page, seen, done)
        return len(totals) <= 1

    async def _record_page(self, page: ListingPage, seen: set[tuple[object, ...]], done: Swept) -> None:
        done.skipped.extend(sentence for sentence in page.skipped if sentence not in done.skipped)
        for report in page.reports:
            key = (report.gateway_id, report.rank, report.refunded, report.refunds)
            if key not in seen:
                seen.add(key)
                done.visited += 1
                changed = await self._record(report, done)
                done.changed += changed
                done.hear(report, changed=changed)

    async def _record(self, report: Report, done: Swept) -> bool:
        """Record a row that differs from our books, and return whether it did."""
        try:
            if not await self._differs(report, done):
                return False
            await self.refresher.record(report, Source.RECONCILIATION)
        except PaymentNotFound:
            return True  # an orphan was booked
        except Exception as error:  # noqa: BLE001 - one row must not hide those that come after it
            done.troubles.append(Trouble(report.merchant_id, error))
            return False
        return True

    async def _differs(self, report: Report, done: Swept) -> bool:
        try:
            payment = await self.payments.get(report.merchant_id)
        except PaymentNotFound:
            return await self._is_unbooked_orphan(report, done)
        if payment.provider != report.provider:
            return await self._is_unbooked_orphan(report, done)
        attempt = payment.attempt(report.gateway_id)
        if attempt is None:
            return is_worth_keeping(payment, report)
        return report.joined(attempt.report) != attempt.report

    async def _is_unbooked_orphan(self, report: Report, done: Swept) -> bool:
        if not report.is_capture:
            return False  # an attempt without money at a payment that is not ours
        if not self.refresher.could_be_ours(report):
            done.foreign += 1
            return False
        orphan = await self.orphans.find(report.gateway_id, report.provider)
        return orphan is None or orphan.report.joined(report) != orphan.report
