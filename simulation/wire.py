"""Wire: the Gateway of one machine. A call may be lost, late, answered with rubbish, or done when nobody waits."""

from datetime import datetime, timedelta
from typing import Final

from payments.domain.errors import (
    ContractViolation,
    CredentialsRefused,
    Rejected,
    StillAtWork,
)
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Mode
from simulation.line import Line
from simulation.rows import Row
from simulation.scheduler import NOON, SECOND

CANCEL_DEADLINE: Final = 60 * SECOND


class Wire(Line):
    """The provider's port. What it returns was true at some time; what it does is what was asked."""

    @property
    def listing_span(self) -> timedelta:
        return timedelta(milliseconds=self._guesses.listing_span)

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        self._world.laws.about_to_prepare(merchant_id, price)
        await self._sent("prepare")
        if self._world.chance.happens(self._world.faults.refusals * 0.2):
            self._world.count("refusal", "prepare")
            if self._world.chance.happens(0.5):
                raise CredentialsRefused("The provider refused the keys.")
            raise Rejected("The provider refuses the price.", "F2", "price refused")
        self._provider.prices[merchant_id] = price
        await self._answered("prepare")

    async def find(self, gateway_id: GatewayId, _: MerchantId | None = None) -> Report | None:
        await self._sent("find")
        row, at = self._provider.rows.get(self._mixed_up(gateway_id)), self._replica()
        report = self._provider.seen(row, at) if row and row.provider == DEFAULT_PROVIDER else None
        if row and report and self._is_filtered(row):
            report = None
        await self._answered("find")
        if row is None or report is None:
            return None
        self._note_staleness(row, report)
        if row.unreadable:
            self._world.marks.hit("unreadable row")
            raise ContractViolation(f"The row of {gateway_id} cannot be read.")
        return self._provider.told(report)

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        await self._sent("attempts")
        at = self._replica()
        reports, unreadable = list[Report](), list[str]()
        for row in self._provider.by_merchant_id.get(merchant_id, ()):
            report = self._provider.seen(row, at)
            if report is None or row.provider != DEFAULT_PROVIDER:
                continue
            self._note_staleness(row, report)
            if row.unreadable:
                self._world.marks.hit("unreadable row")
                unreadable.append(f"the row of {row.gateway_id} cannot be read")
            else:
                reports.append(self._provider.told(report))
        await self._answered("attempts")
        current = self._scheduler.current
        assert current
        current.looked[merchant_id] = not unreadable
        return Attempts(tuple(reports), tuple(unreadable))

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        await self._sent("listing")
        start, end = _milliseconds(since), _milliseconds(until)
        if end - start > self._guesses.listing_span:
            raise Rejected("The provider refuses: the span is too long.", "F3", "span")
        shown = self._provider.listed(start, end, page, self._replica())
        self._world.marks.page_read(self._scheduler.current, page, start, shown.total)
        self._unsettle(shown)
        await self._answered("listing")
        readable = [r for row, r in zip(shown.rows, shown.reports, strict=True) if not row.unreadable]
        skipped = tuple(f"the row of {row.gateway_id} cannot be read" for row in shown.rows if row.unreadable)
        if skipped:
            self._world.marks.hit("unreadable row")
        return ListingPage(tuple(map(self._provider.told, readable)), shown.pages, shown.total, skipped)

    async def revoke(self, gateway_id: GatewayId, _: MerchantId) -> Report:
        self._world.laws.about_to_touch(gateway_id)
        await self._sent("revoke")
        row = self._provider.close_account(gateway_id)
        await self._answered("revoke")
        return row.latest

    async def refund(self, refund: Refund, currency: str, _: MerchantId) -> Report:
        """Hand a cancel to the provider, which may go on with it when nobody waits any more."""
        self._world.laws.about_to_send(refund, self._skew)
        in_flight = self._world.in_flight
        in_flight[refund.id] = in_flight.get(refund.id, 0) + 1
        handed_over = False
        try:
            await self._sent("refund", CANCEL_DEADLINE)
            self._world.laws.arrives(refund)
            row = self._taken_in(refund, currency)
            work = self._work()
            outcome: list[Rejected | Report] = []
            handed_over = True
        finally:
            if not handed_over:
                in_flight[refund.id] -= 1

        def book() -> None:
            in_flight[refund.id] -= 1
            try:
                self._provider.book(row, refund)
            except Rejected as error:
                self._world.told_of_refusal(error)
                outcome.append(error)
                return
            self._world.tell("the provider", f"gives {refund.amount} of {row.gateway_id} back ({refund.id})")
            outcome.append(row.latest)
            if work > CANCEL_DEADLINE:
                self._world.marks.hit("cancel done after we gave up")

        self._scheduler.at(self._scheduler.now + work, book)
        await self._worked_on(work, CANCEL_DEADLINE)
        await self._answered("refund")
        if isinstance(outcome[0], Rejected):
            raise outcome[0]
        return self._provider.told(outcome[0])

    def _taken_in(self, refund: Refund, currency: str) -> Row:
        try:
            row = self._begun(refund)
        except StillAtWork:
            self._world.marks.hit("in progress")
            raise
        except Rejected as error:
            self._world.told_of_refusal(error)
            raise
        assert row.amount.currency == currency
        return row

    def _begun(self, refund: Refund) -> Row:
        if self._world.chance.happens(self._world.faults.refusals):
            raise Rejected("The provider refuses: try later.", "F4", "transient")
        return self._provider.begin_cancel(refund)

    def _mixed_up(self, gateway_id: GatewayId) -> GatewayId:
        """Return the attempt that the answer is about: a cache of the provider may answer another question."""
        if self._world.chance.happens(self._world.faults.mixups):
            self._world.count("fault", "another attempt's answer")
            return self._world.chance.choice(list(self._provider.rows))
        return gateway_id

    def _is_filtered(self, row: Row) -> bool:
        return self._world.plan.live and row.mode is Mode.TEST and self._guesses.test_rows_filtered


def _milliseconds(time: datetime) -> int:
    return int((time - NOON) / timedelta(milliseconds=1))
