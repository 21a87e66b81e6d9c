"""Settlements: compare a payout file of a PG with our books, both ways, in memory that does not grow with the file.

First every capture that the file names is compared with its rows; then every capture of the period that the file does
not name at all is found in our books. Nothing is changed.
"""

import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Final, Protocol, Self

import attrs

from payments.domain.attempt import Attempt
from payments.domain.books.search import Filter, Period, PeriodOf
from payments.domain.books.settlement import (
    MOST_DAYS,
    MOST_FINDINGS,
    Moved,
    PayoutDay,
    SettledBy,
    Settlement,
    SettlementFinding,
    SettlementFindingKind,
    SettlementRow,
    moved_of,
    payout_days,
    unsettled,
)
from payments.domain.errors import BadInput, PaymentNotFound
from payments.domain.payment import Payment
from payments.domain.ports import Clock, Ledger, MerchantIdPolicy, PaymentRepository, SettlementBook, Store
from payments.domain.values import Caller, Role

AT_ONCE: Final = 100
"""How many captures are looked up at once."""

Capture = tuple[Payment, Attempt]
Progress = Callable[[int], None]
"""Called with the number of rows that were compared."""


def _unheard(_: int) -> None:
    return None


class SettlementFile(Protocol):
    """The rows of a file, kept where they can be read by the name of a capture."""

    @property
    def name(self) -> str:
        """The file's name, without its folders."""

    @property
    def skipped(self) -> int:
        """How many lines are empty or sum others up."""

    def unread(self) -> Iterator[SettlementFinding]:
        """Yield a finding for each line that is no row."""

    def by_name(self) -> Iterator[SettlementRow]:
        """Yield all rows, those of one capture together."""

    def names(self, asked: Iterable[str]) -> frozenset[str]:
        """Return which of these names have a row."""


@attrs.define
class _Sheet:
    """Collects what is found, up to as much as is kept."""

    rows: int = 0
    agreed: int = 0
    more: int = 0
    findings: list[SettlementFinding] = attrs.Factory(list)
    days: dict[date | None, PayoutDay] = attrs.Factory(dict)

    def add(self, finding: SettlementFinding) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.more += 1

    def count(self, row: SettlementRow) -> None:
        """Add a row to the sums of its payout day. Raises BadInput for more days than a settlement may have."""
        known = self.days.get(row.payout_day) or PayoutDay(day=row.payout_day)
        summed = attrs.evolve(known, amount=known.amount + row.amount, fee=known.fee + row.fee, rows=known.rows + 1)
        self.days[row.payout_day], self.rows = summed, self.rows + 1
        if len(self.days) > MOST_DAYS:
            raise BadInput(f"A settlement file may have at most {MOST_DAYS} payout days. Is the right column set?")


@attrs.frozen(kw_only=True)
class Settlements:
    """The use case. Any number may run beside each other."""

    payments: PaymentRepository
    ledger: Ledger
    book: SettlementBook
    ids: MerchantIdPolicy
    clock: Clock

    @classmethod
    def over(cls, store: Store, ids: MerchantIdPolicy, clock: Clock) -> Self:
        """Return it over the ports of *store*."""
        return cls(payments=store.payments, ledger=store.ledger, book=store.settlements, ids=ids, clock=clock)

    async def compare(
        self,
        caller: Caller,
        file: SettlementFile,
        since: datetime,
        until: datetime,
        *,
        by: SettledBy,
        currency: str,
        progress: Progress = _unheard,
    ) -> Settlement:
        """Compare the file with our books, and store and return what was found.

        What moved from *since* on, before *until*, in *currency* is expected in the file. Raises BadInput, or
        PaymentNotFound for a buyer.
        """
        if caller.role is Role.BUYER:
            raise PaymentNotFound
        period, sheet = Period(since=since, until=until), _Sheet()
        for finding in file.unread():
            sheet.add(finding)
        await self._compare_rows(file, period, by, currency, sheet, progress)
        async for payment, attempt in self._expected(period, currency, file, by):
            name = by.name_of(payment, attempt)
            for one in unsettled([], moved_of(payment, attempt, period))[1]:
                sheet.add(_missing(payment, attempt, name, one))
        return await self._stored(caller, file, since, until, currency, sheet)

    async def _compare_rows(
        self, file: SettlementFile, period: Period, by: SettledBy, currency: str, sheet: _Sheet, progress: Progress
    ) -> None:
        grouped = ((name, list(rows)) for name, rows in itertools.groupby(file.by_name(), lambda row: row.name))
        while some := dict(itertools.islice(grouped, AT_ONCE)):
            known = _by_name(await self.ledger.named(some, by), by, currency)
            for name, rows in some.items():
                for row in rows:
                    sheet.count(row)
                found = list(_findings(rows, known.get(name, []), period))
                for finding in found:
                    sheet.add(finding)
                sheet.agreed += len(rows) - sum(finding.line > 0 for finding in found)
            progress(sheet.rows)

    async def _expected(
        self, period: Period, currency: str, file: SettlementFile, by: SettledBy
    ) -> AsyncIterator[Capture]:
        """Yield each capture of which something moved in the period, and that has no row in the file."""
        for of in (PeriodOf.CAPTURED, PeriodOf.REFUNDED):
            async for page in self._pages(Filter(period=attrs.evolve(period, of=of))):
                moved = [(p, a) for p in page for a in p.attempts if _is_settled(a, currency)]
                named = file.names({name for p, a in moved if (name := by.name_of(p, a))})
                for payment, attempt in moved:
                    seen = of is PeriodOf.REFUNDED and period.holds(payment.taken_at(attempt))
                    if not seen and by.name_of(payment, attempt) not in named:
                        yield payment, attempt

    async def _pages(self, which: Filter) -> AsyncIterator[list[Payment]]:
        before = None
        while page := list(await self.payments.page(which, before, AT_ONCE)):
            yield page
            before = page[-1].merchant_id

    async def _stored(
        self, caller: Caller, file: SettlementFile, since: datetime, until: datetime, currency: str, sheet: _Sheet
    ) -> Settlement:
        settlement = Settlement(
            id=self.ids.refund_id(),
            file=file.name[:200],
            currency=currency,
            since=since,
            until=until,
            compared_at=self.clock.now(),
            by=str(caller),
            rows=sheet.rows,
            agreed=sheet.agreed,
            skipped=file.skipped,
            days=payout_days(list(sheet.days.values())),
            findings=tuple(sheet.findings),
            more=sheet.more,
        )
        await self.book.add(settlement)
        return settlement


def _is_settled(attempt: Attempt, currency: str) -> bool:
    """Whether a file may have rows of it: a PG settles strays too, and no test money."""
    return attempt.counts_as_money and attempt.report.amount.currency == currency


def _by_name(found: Iterable[Payment], by: SettledBy, currency: str) -> dict[str, list[Capture]]:
    """Return the captures by the names that a file has for them; several may share one, such as a merchant id."""
    named: dict[str, list[Capture]] = {}
    for payment in found:
        for attempt in payment.attempts:
            if _is_settled(attempt, currency):
                named.setdefault(by.name_of(payment, attempt), []).append((payment, attempt))
    return named


def _findings(rows: list[SettlementRow], captures: list[Capture], period: Period) -> Iterator[SettlementFinding]:
    if not captures:
        what = "our books have no capture of this name"
        yield from (_of_row(row, SettlementFindingKind.NOT_IN_BOOKS, what) for row in rows)
        return
    moved = [one for payment, attempt in captures for one in moved_of(payment, attempt, period)]
    left, missing = unsettled(rows, moved)
    payment, attempt = captures[0]
    for row in left:
        what = f"our books have {attempt.report.amount.minor} captured, {attempt.report.refunded} refunded"
        finding = _of_row(row, SettlementFindingKind.DIFFERS, what)
        yield attrs.evolve(finding, merchant_id=payment.merchant_id, gateway_id=attempt.gateway_id)
    for one in missing:
        yield _missing(payment, attempt, rows[0].name, one)


def _of_row(row: SettlementRow, kind: SettlementFindingKind, what: str) -> SettlementFinding:
    return SettlementFinding(kind=kind, line=row.line, name=row.name, amount=row.amount, what=what)


def _missing(payment: Payment, attempt: Attempt, name: str, one: Moved) -> SettlementFinding:
    what = f"{'captured' if one.amount > 0 else 'refunded'} at {one.at.isoformat(timespec='seconds')}"
    return SettlementFinding(
        kind=SettlementFindingKind.NOT_IN_FILE,
        name=name,
        amount=one.amount,
        merchant_id=payment.merchant_id,
        gateway_id=attempt.gateway_id,
        what=what if name else f"{what}; the provider tells no such name of it",
    )
