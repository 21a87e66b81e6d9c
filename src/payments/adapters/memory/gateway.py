"""MemoryGateway: a provider in dicts, for the tests of a shop that embeds us; held to the same contract as a real one.

the port, the buyer (open, approve, decline, issue_deposit, deposit), the console (refund_in_console), and trouble: the
next call of a method fails, before its work is done or after; an attempt becomes unreadable; a refund is refused for a
while, is only accepted, or is still at work when the caller has given up.
"""

import itertools
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from payments.domain.errors import GatewayError, Rejected, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Deposit, Outcome, Rank, Report, ReportedRefund
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Method, Mode

DEPOSIT_DAYS: Final = timedelta(days=7)
LISTING_SPAN: Final = timedelta(days=90)
AT_WORK: Final = "The provider is still working on an earlier refund of this attempt."


@attrs.frozen
class _Row:
    """An attempt, and when it came to its present state."""

    report: Report
    since: datetime


@attrs.frozen
class _Trouble:
    error: GatewayError
    after_the_work: bool


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryGateway:
    """Knows the attempts that were opened here, and forgets them with the process. Any thread may call it."""

    def __init__(
        self,
        clock: Callable[[], datetime] = _now,
        *,
        mode: Mode = Mode.TEST,
        page_size: int = 100,
        provider: str = DEFAULT_PROVIDER,
    ) -> None:
        self.listing_span = LISTING_SPAN
        self.calls: list[str] = []
        """The port's methods in the order they were called."""
        self._clock, self._mode, self._page_size, self._provider = clock, mode, page_size, provider
        self._accepting = 0
        self._prices: dict[MerchantId, Money] = {}
        self._rows: dict[GatewayId, _Row] = {}  # in the order they were opened
        self._troubles: defaultdict[str, list[_Trouble]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._unreadable: set[GatewayId] = set()
        self._late = 0  # how many of the next refunds are worked on after the caller has given up
        self._at_work: list[Refund] = []
        self._lock = threading.RLock()

    # the port

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        with self._call("prepare"):
            self._prices[merchant_id] = price

    async def find(self, gateway_id: GatewayId, _: MerchantId | None = None) -> Report | None:
        """Return the attempt; in live mode one of test money is not found here."""
        with self._call("find"):
            row = self._rows.get(gateway_id)
            if row is None or (self._mode is Mode.LIVE and row.report.mode is Mode.TEST):
                return None
            if gateway_id in self._unreadable:
                raise Unknown(_unreadable(gateway_id))
            return row.report

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        with self._call("attempts"):
            return Attempts(*self._read(r.report for r in self._rows.values() if r.report.merchant_id == merchant_id))

    async def refund(self, refund: Refund, currency: str, _: MerchantId) -> Report:
        with self._call("refund"):
            report = self._known(refund.gateway_id)
            if not report.is_capture or report.amount.currency != currency:
                raise _no("There is nothing to refund.")
            if refund.remainder != report.remaining:
                raise _no("The remainder is another than you say.")
            if report.method == Method.VIRTUAL_ACCOUNT and refund.account is None:
                raise _no("A deposit is refunded to an account, and none was named.")
            if any(other.gateway_id == refund.gateway_id for other in self._at_work):
                raise StillAtWork(AT_WORK)
            if self._late:
                self._late -= 1
                self._at_work.append(refund)
                raise Unknown("No answer came in time.")
            if self._accepting:
                self._accepting -= 1
                return self._with(report, self._made(refund.amount, refund.label, Outcome.REQUESTED))
            return self._refund_of(report, refund.amount, refund.label)

    async def revoke(self, gateway_id: GatewayId, _: MerchantId) -> Report:
        with self._call("revoke"):
            report = self._known(gateway_id)
            if report.rank is not Rank.READY or report.deposit is None:
                raise _no("No account waits for a deposit here.")
            return self._keep(report, rank=Rank.DECLINED, deposit=None, reason="The account was closed.")

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        with self._call("listing"):
            within = [row.report for row in self._rows.values() if since <= row.since <= until]
            start, pages = (page - 1) * self._page_size, math.ceil(len(within) / self._page_size)
            reports, skipped = self._read(within[start : start + self._page_size])
            return ListingPage(reports, pages, len(within), skipped)

    def _read(self, rows: Iterable[Report]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
        """Return the rows that can be read, and a sentence about each of the others."""
        listed = list(rows)
        readable = tuple(report for report in listed if report.gateway_id not in self._unreadable)
        return readable, tuple(_unreadable(r.gateway_id) for r in listed if r not in readable)

    # the buyer

    def open(
        self,
        merchant_id: str,
        price: Money,
        method: Method = Method.CARD,
        *,
        mode: Mode | None = None,
        tampered: bool = False,
    ) -> GatewayId:
        """Open a payment window and return the new attempt.

        Raises Rejected for a payment that was made before, also where all went back since, and where the price is not
        the prepared one, unless *tampered*: then the window is forced open.
        """
        named = MerchantId(merchant_id)
        with self._lock:
            if not tampered and self._prices.get(named, price) != price:
                raise _no("Another amount is prepared for this payment.")
            if any(row.report.merchant_id == named and row.report.is_capture for row in self._rows.values()):
                raise _no("This payment was made already.")
            report = Report(
                gateway_id=GatewayId(f"attempt_{next(self._numbers)}"),
                merchant_id=named,
                rank=Rank.READY,
                amount=price,
                mode=mode or self._mode,
                provider=self._provider,
                method=method.value,
            )
            return self._keep(report).gateway_id

    def approve(self, gateway_id: GatewayId) -> Report:
        """Take the money, also late: after a refusal."""
        with self._lock:
            report = self._known(gateway_id)
            if report.is_capture:
                raise _no("The money was taken already.")
            return self._keep(report, rank=Rank.CAPTURED, captured_at=self._clock(), deposit=None, reason="")

    def decline(self, gateway_id: GatewayId, reason: str = "declined") -> Report:
        with self._lock:
            report = self._known(gateway_id)
            if report.rank is not Rank.READY:
                raise _no("The window is not open.")
            return self._keep(report, rank=Rank.DECLINED, reason=reason, deposit=None)

    def issue_deposit(self, gateway_id: GatewayId, due: datetime | None = None) -> Report:
        """Issue a virtual account, which waits for `deposit` until *due* (7 days by default)."""
        with self._lock:
            report = self._known(gateway_id)
            if report.rank is not Rank.READY:
                raise _no("The window is not open.")
            account = Deposit(
                bank="088", account=f"110-{next(self._numbers):09}", due=due or self._clock() + DEPOSIT_DAYS
            )
            return self._keep(report, deposit=account, method=Method.VIRTUAL_ACCOUNT.value)

    def deposit(self, gateway_id: GatewayId) -> Report:
        """Pay into the virtual account."""
        with self._lock:
            if self._known(gateway_id).deposit is None:
                raise _no("No account waits for a deposit here.")
            return self.approve(gateway_id)

    # the console

    def refund_in_console(self, gateway_id: GatewayId, amount: int | None = None, reason: str = "console") -> Report:
        """Give back *amount* minor units, or all that is left, past the shop."""
        with self._lock:
            report = self._known(gateway_id)
            return self._refund_of(report, report.remaining if amount is None else amount, reason)

    # trouble

    def trouble(self, method: str, error: GatewayError, *, after_the_work: bool = False, times: int = 1) -> None:
        """Have the next *times* calls of the port's *method* raise *error*: before, or after, doing what was asked."""
        with self._lock:
            self._troubles[method] += [_Trouble(error, after_the_work)] * times

    def refuse_refunds(self, times: int, sentence: str = "The bank is under maintenance.") -> None:
        """Refuse the next *times* refunds, as a PG does at night."""
        self.trouble("refund", _no(sentence), times=times)

    def lose_refunds(self, times: int = 1) -> None:
        """Work on the next *times* refunds after the caller has given up, until `finish_refunds`.

        The remainder is compared when a refund arrives, not when it is booked. Meanwhile, another refund of the same
        attempt is told that an earlier one is still at work.
        """
        self._late += times

    def finish_refunds(self) -> None:
        """Book the refunds that are at work, where they still fit."""
        with self._lock:
            at_work, self._at_work = self._at_work, []
            for refund in at_work:
                report = self._known(refund.gateway_id)
                if refund.amount <= report.remaining:
                    self._refund_of(report, refund.amount, refund.label)

    def accept_refunds(self, times: int = 1) -> None:
        """Only accept the next *times* refunds, until `settle_refunds`."""
        self._accepting += times

    def settle_refunds(self, *, done: bool = True) -> None:
        """Execute the refunds that were accepted, or fail them."""
        outcome = Outcome.DONE if done else Outcome.FAILED
        with self._lock:
            for row in list(self._rows.values()):
                for waiting in (one for one in row.report.refunds if one.outcome is Outcome.REQUESTED):
                    report = self._known(row.report.gateway_id)
                    others = tuple(one for one in report.refunds if one != waiting)
                    self._with(attrs.evolve(report, refunds=others), attrs.evolve(waiting, outcome=outcome))

    def make_unreadable(self, gateway_id: GatewayId, *, readable: bool = False) -> None:
        """Report the attempt as one that cannot be read, as after a new status at the provider; or again as it is."""
        with self._lock:
            self._known(gateway_id)
            (self._unreadable.discard if readable else self._unreadable.add)(gateway_id)

    @contextmanager
    def _call(self, method: str) -> Iterator[None]:
        with self._lock:
            self.calls.append(method)
            waiting = self._troubles[method]
            trouble = waiting.pop(0) if waiting else None
            if trouble and not trouble.after_the_work:
                raise trouble.error
            yield
            if trouble:
                raise trouble.error

    def _known(self, gateway_id: GatewayId) -> Report:
        if row := self._rows.get(gateway_id):
            return row.report
        raise _no("There is no such attempt.")

    def _refund_of(self, report: Report, amount: int, reason: str) -> Report:
        if not 0 < amount <= report.remaining:
            raise _no("There is less than that to refund.")
        return self._with(report, self._made(amount, reason))

    def _with(self, report: Report, made: ReportedRefund) -> Report:
        """Keep the attempt with one more refund in its history."""
        amount = made.amount if made.outcome is Outcome.DONE else 0
        rank = Rank.CANCELLED if amount == report.remaining else Rank.CAPTURED
        return self._keep(report, rank=rank, refunded=report.refunded + amount, refunds=(*report.refunds, made))

    def _made(self, amount: int, reason: str, outcome: Outcome = Outcome.DONE) -> ReportedRefund:
        number = next(self._numbers)
        facts: dict[str, Any] = {"provider_id": f"refund_{number}", "amount": amount, "reason": reason}
        return ReportedRefund(**facts, outcome=outcome, at=self._clock())

    def _keep(self, report: Report, **changes: Any) -> Report:
        changed = attrs.evolve(report, **changes)
        self._rows[changed.gateway_id] = _Row(changed, self._clock())
        return changed


def _unreadable(gateway_id: GatewayId) -> str:
    return f"{gateway_id}: the provider reports a status that we do not know"


def _no(sentence: str) -> Rejected:
    return Rejected(f"{sentence} Nothing was done.", "memory", sentence)
