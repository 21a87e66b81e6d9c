"""Comparing: reconcile a stretch of time, and keep what was found, on either side.

What differs is recorded as reconciliation always does. Beside that, each capture of our books that the list does not
show is asked for by its id, because a list shows an attempt where it came to its present state, not where it was made.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final, Self

import attrs

from payments.domain.attempt import Attempt
from payments.domain.books.comparison import MOST_FINDINGS, Comparison, Finding, FindingKind, Seen
from payments.domain.books.search import Filter, Period, PeriodOf
from payments.domain.errors import BadInput, GatewayError, PaymentNotFound
from payments.domain.payment import Payment
from payments.domain.ports import Clock, Comparisons, Gateways, MerchantIdPolicy, PaymentRepository
from payments.domain.report import Report
from payments.domain.use_cases.reconciliation import Reconciliation
from payments.domain.use_cases.sweep import Swept
from payments.domain.values import Caller, GatewayId, MerchantId

STRETCH: Final = timedelta(days=1)
"""How much is compared at once: the ids that were seen are kept that long."""
LONGEST: Final = timedelta(days=3_700)
PAGE: Final = 100

Progress = Callable[[datetime], None]
"""Called with the time up to which everything was compared."""


def _unheard(_: datetime) -> None:
    return None


@attrs.define
class _Heard(Swept):
    """What one stretch said: each row that was seen, and those that changed something."""

    seen: set[GatewayId] = attrs.Factory(set)
    changes: list[Report] = attrs.Factory(list)

    def hear(self, report: Report, *, changed: bool) -> None:
        """Note a row of a list."""
        self.seen.add(report.gateway_id)
        if changed:
            self.changes.append(report)


@attrs.define
class _Book:
    """Collects findings, up to as many as are kept."""

    agreed: int = 0
    foreign: int = 0
    findings: list[Finding] = attrs.Factory(list)
    more: int = 0

    def add(self, finding: Finding) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.more += 1


@attrs.frozen(kw_only=True)
class Comparing:
    """Any number may run beside each other and beside the worker: recording the same report twice changes nothing."""

    payments: PaymentRepository
    gateways: Gateways
    comparisons: Comparisons
    ids: MerchantIdPolicy
    clock: Clock
    reconciliation: Reconciliation

    @classmethod
    def over(cls, reconciliation: Reconciliation, comparisons: Comparisons, ids: MerchantIdPolicy) -> Self:
        """Return it over the same ports as *reconciliation*."""
        it = reconciliation
        return cls(
            payments=it.payments,
            gateways=it.gateways,
            clock=it.clock,
            reconciliation=it,
            comparisons=comparisons,
            ids=ids,
        )

    async def compare(
        self, caller: Caller, since: datetime, until: datetime, progress: Progress = _unheard
    ) -> Comparison:
        """Compare everything from *since* on, before *until* (at most now), and store and return what was found.

        Raises BadInput, or GatewayError where a provider does not answer: then nothing is stored, and what was recorded
        stays recorded.
        """
        started, book = self.clock.now(), _Book()
        until = min(until, started)
        if not since < until or until - since > LONGEST:
            raise BadInput(f"Compare a period of the past, of at most {LONGEST.days} days.")
        at = since
        while at < until:
            end = min(at + STRETCH, until)
            await self._stretch(at, end, book)
            progress(end)
            at = end
        comparison = Comparison(
            id=self.ids.refund_id(),
            since=since,
            until=until,
            started_at=started,
            finished_at=self.clock.now(),
            by=str(caller),
            agreed=book.agreed,
            foreign=book.foreign,
            findings=tuple(book.findings),
            more=book.more,
        )
        await self.comparisons.add(comparison)
        return comparison

    async def _stretch(self, since: datetime, until: datetime, book: _Book) -> None:
        heard = _Heard()
        await self.reconciliation.between(since, until, heard)
        for report in heard.changes:
            book.add(await self._difference(report))
        for sentence in heard.skipped:
            book.add(_not_recorded(sentence))
        for trouble in heard.troubles:
            name = MerchantId(str(trouble.merchant_id)) if trouble.merchant_id else None
            book.add(_not_recorded(str(trouble.error), name))
        book.agreed += heard.visited - heard.changed - heard.foreign - len(heard.troubles)
        book.foreign += heard.foreign
        async for payment, attempt in self._captured(since, until):
            if attempt.gateway_id not in heard.seen and (missed := await self._missed(payment, attempt)):
                book.add(missed)

    async def _difference(self, report: Report) -> Finding:
        try:
            await self.payments.get(report.merchant_id)
        except PaymentNotFound:
            return _finding(FindingKind.UNKNOWN_HERE, report)
        return _finding(FindingKind.DIFFERED, report)

    async def _captured(self, since: datetime, until: datetime) -> AsyncIterator[tuple[Payment, Attempt]]:
        """Yield each capture that our books have in a stretch of time."""
        which, before = Filter(period=Period(of=PeriodOf.CAPTURED, since=since, until=until)), None
        while page := await self.payments.page(which, before, PAGE):
            for payment in page:
                for attempt in payment.attempts:
                    if attempt.report.is_capture and which.period.holds(payment.taken_at(attempt)):
                        yield payment, attempt
            before = page[-1].merchant_id

    async def _missed(self, payment: Payment, attempt: Attempt) -> Finding | None:
        """Return what is wrong with a capture that the list did not show; one that cannot be read hides no other."""
        if not attempt.counts_as_money:
            return None  # a provider may hide test money from a live shop
        gateway_id, merchant_id = attempt.gateway_id, payment.merchant_id
        try:
            found = await self.gateways.of(payment.provider).find(gateway_id, merchant_id)
        except GatewayError as error:
            return _not_recorded(str(error), merchant_id, gateway_id)
        return None if found else _finding(FindingKind.UNKNOWN_THERE, attempt.report)


def _not_recorded(what: str, merchant_id: MerchantId | None = None, gateway_id: GatewayId | None = None) -> Finding:
    return Finding(kind=FindingKind.NOT_RECORDED, merchant_id=merchant_id, gateway_id=gateway_id, what=what[:300])


def _finding(kind: FindingKind, report: Report) -> Finding:
    seen = Seen(rank=report.rank, amount=report.amount, refunded=report.refunded)
    return Finding(kind=kind, merchant_id=report.merchant_id, gateway_id=report.gateway_id, seen=seen)
