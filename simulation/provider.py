"""The provider's book: an honest but untidy provider, which shares nothing with the adapters.

the window    open, approve, decline, issue_account, deposit
the console   refund_in_console
the calls     begin_cancel, book, close_account (the wire decides when they happen)
of V2         give_back, wait, fail, close (its cancels decide what is done)
reading       seen: a row as a replica shows it; listed: one page of the list
"""

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import attrs

from payments.domain.errors import Rejected, StillAtWork
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Deposit, Outcome, Rank, Report, ReportedRefund
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId, Mode
from simulation.plan import Guesses
from simulation.rows import PORTONE, Page, Refusal, Row
from simulation.scheduler import NOON, Scheduler
from simulation.v2.guesses import GuessesV2

DEPOSIT_HOURS: Final = 24


class Provider:
    """All rows of the account, whoever began them. `webhook` is called with each row that changed."""

    def __init__(
        self, scheduler: Scheduler, guesses: Guesses, rng: random.Random, guesses_v2: GuessesV2 | None = None
    ) -> None:
        self.rows: dict[GatewayId, Row] = {}
        self.by_merchant_id: dict[MerchantId, list[Row]] = {}
        self.prices: dict[MerchantId, Money] = {}
        self.executed: dict[str, list[Row]] = {}
        """Refund ids of ours, and the rows from which money went back under each."""
        self.webhook: Callable[[Row], None] = lambda _: None
        self.changed: Callable[[Row], None] = lambda _: None
        self.guesses, self.guesses_v2 = guesses, guesses_v2 or GuessesV2()
        self.closed_for_maintenance: Callable[[], bool] = lambda: False
        self._scheduler, self._rng = scheduler, rng
        self._numbers = itertools.count(1)

    # the window

    def open(
        self,
        merchant_id: MerchantId,
        price: Money,
        mode: Mode,
        owner: str,
        provider: str = DEFAULT_PROVIDER,
        *,
        tampered: bool = False,
    ) -> Row:
        """Open a payment window. Raises Refusal where another price is prepared, or money was taken before."""
        if not tampered and self.prices.get(merchant_id, price) != price:
            raise Refusal("another amount is prepared")
        beside = self.by_merchant_id.setdefault(merchant_id, [])
        if owner == "ours" and any(row.rank >= Rank.CAPTURED for row in beside):
            raise Refusal("paid before")
        name = f"{'tx' if provider == PORTONE else 'imp'}_{next(self._numbers):04}"
        row = Row(GatewayId(name), merchant_id, price, mode, owner, provider)
        if provider == PORTONE:
            row.asynchronous = self._rng.random() < self.guesses_v2.asynchronous
        self.rows[row.gateway_id] = row
        beside.append(row)
        self._moved(row)
        return row

    def approve(self, row: Row) -> None:
        """Take the money, also late: after a refusal. Raises Refusal where it was taken."""
        if row.rank >= Rank.CAPTURED:
            raise Refusal("paid before")
        beside = self.by_merchant_id[row.merchant_id]
        if not self.guesses.second_window_pays and any(r.rank >= Rank.CAPTURED for r in beside):
            raise Refusal("another window paid")
        row.rank, row.captured_at, row.deposit = Rank.CAPTURED, self._scheduler.now, None
        self._moved(row)

    def decline(self, row: Row) -> None:
        if row.rank is Rank.READY:
            row.rank, row.declined_before, row.deposit = Rank.DECLINED, True, None
            self._moved(row)

    def issue_account(self, row: Row, hours: float = DEPOSIT_HOURS) -> None:
        if row.rank is Rank.READY:
            due = NOON + timedelta(milliseconds=self._scheduler.now) + timedelta(hours=hours)
            row.method, row.deposit = "virtual_account", Deposit(bank="088", account=f"110-{row.gateway_id}", due=due)
            self._moved(row)

    def deposit(self, row: Row) -> None:
        """Pay into the account. Raises Refusal where none waits."""
        if row.deposit is None or self._scheduler.time() > row.deposit.due:
            if row.waits and self.guesses.after_due == "declined":
                self.decline(row)
            raise Refusal("no account waits")
        self.approve(row)

    # the console

    def refund_in_console(self, row: Row, amount: int, reason: str = "관리자페이지취소") -> bool:
        """Give back a part or all, past the shop; False where there is not so much."""
        if not 0 < amount <= self.cancellable(row):
            return False
        if row.provider == PORTONE:
            self.give_back(row, "", amount, reason)
            return True
        partial = amount < row.remaining
        self._give_back(row, amount, reason, quiet=partial and self.guesses.partial_keeps_place)
        return True

    # the calls

    def begin_cancel(self, refund: Refund) -> Row:
        """Take in a cancel. Raises Rejected, or StillAtWork."""
        row = self.rows.get(refund.gateway_id)
        if row is None or row.rank < Rank.CAPTURED:
            raise _no("there is nothing to cancel")
        if self.closed_for_maintenance():
            raise _no("nightly maintenance")
        if row.never_refunds:
            raise _no("this payment cannot be cancelled")
        if row.at_work and self.guesses.guards_work:
            raise StillAtWork("A cancel of this payment is in progress.")
        if row.method == "virtual_account" and refund.account is None:
            raise _no("a refund of a deposit needs an account")
        self._compare(row, refund)
        row.at_work += 1
        return row

    def book(self, row: Row, refund: Refund) -> None:
        """Execute a cancel that was taken in. Raises Rejected."""
        row.at_work -= 1
        if not self.guesses.checksum_on_arrival:
            self._compare(row, refund)
        if refund.amount > row.remaining:
            raise _no("more than is left")
        self.executed.setdefault(refund.id, []).append(row)
        self._give_back(row, refund.amount, refund.label, quiet=False)

    def close_account(self, gateway_id: GatewayId) -> Row:
        row = self.rows.get(gateway_id)
        if row is None or not row.waits or not self.guesses.revokes_accounts:
            raise _no("no account can be closed")
        self.close(row)
        return row

    # of V2

    def cancellable(self, row: Row) -> int:
        """Return what a cancel may give back: less than is left where those that wait lower it."""
        lowered = sum(made.amount for made in row.waiting) if self.guesses_v2.waiting_lowers else 0
        return row.remaining - lowered

    def give_back(self, row: Row, refund_id: str, amount: int, reason: str, provider_id: str = "") -> ReportedRefund:
        """Give back; a second part may change no status, and so leave the payment in its place in the list."""
        keeps_place = bool(row.refunds) and amount < row.remaining and self.guesses.partial_keeps_place
        if refund_id:
            self.executed.setdefault(refund_id, []).append(row)
        made = ReportedRefund(provider_id=provider_id or self._cancel_id(), amount=amount, reason=reason)
        row.refunds.append(made)
        row.rank = Rank.CANCELLED if row.remaining == 0 else row.rank
        self._moved(row, quiet=keeps_place)
        return made

    def wait(self, row: Row, amount: int, reason: str, outcome: Outcome) -> ReportedRefund:
        """Note a cancel that gives nothing back yet, or never will."""
        made = ReportedRefund(provider_id=self._cancel_id(), amount=amount, reason=reason, outcome=outcome)
        (row.waiting if outcome is Outcome.REQUESTED else row.failed).append(made)
        self._moved(row, quiet=True)
        return made

    def fail(self, row: Row, made: ReportedRefund) -> None:
        """Give a cancel up that was accepted."""
        row.failed.append(attrs.evolve(made, outcome=Outcome.FAILED))
        self._moved(row, quiet=True)

    def close(self, row: Row) -> None:
        """Close an account that waits."""
        row.rank, row.deposit = Rank.DECLINED, None
        self._moved(row)

    def _cancel_id(self) -> str:
        return f"c{next(self._numbers)}"

    # reading

    def seen(self, row: Row, at: int) -> Report | None:
        """Return the row as it was at a time: what a replica shows that is behind."""
        for since, _, report in reversed(row.versions):
            if since <= at:
                return report
        return None

    def listed(self, since: int, until: int, page: int, at: int) -> Page:
        """Return a page of the rows that came to their present state in that time, as a replica shows them."""
        found = sorted(self._within(since, until, at), key=lambda f: (f[0], f[1].gateway_id))
        if not self.guesses.oldest_first:
            found.reverse()
        size = self.guesses.page_size
        shown = found[(page - 1) * size : page * size]
        rows, reports = tuple(row for _, row, _ in shown), tuple(report for *_, report in shown)
        return Page(rows, reports, -(-len(found) // size), len(found))

    def _within(self, since: int, until: int, at: int) -> Iterator[tuple[int, Row, Report]]:
        for row in self.rows.values():
            if row.provider == PORTONE or (row.listed_at < since and row.versions[-1][0] <= at):
                continue
            for known_since, listed_at, report in reversed(row.versions):
                if known_since <= at:
                    if since <= listed_at <= until:
                        yield listed_at, row, report
                    break

    def told(self, report: Report) -> Report:
        """Return a report with as much of the refunds' history as this provider gives."""
        kind = self.guesses.history
        if not report.refunds or kind == "full":
            return report
        if kind == "none" or (kind == "sometimes" and self._rng.random() < 0.4):
            return attrs.evolve(report, refunds=())
        if kind == "no ids":
            return attrs.evolve(report, refunds=tuple(attrs.evolve(r, provider_id="") for r in report.refunds))
        if kind == "no reasons":
            return attrs.evolve(report, refunds=tuple(attrs.evolve(r, reason="") for r in report.refunds))
        return report

    def _compare(self, row: Row, refund: Refund) -> None:
        if refund.remainder != row.remaining:
            raise _no("checksum")

    def _give_back(self, row: Row, amount: int, reason: str, *, quiet: bool) -> None:
        row.refunds.append(ReportedRefund(provider_id=f"c{next(self._numbers)}", amount=amount, reason=reason))
        if row.remaining == 0:
            row.rank = Rank.CANCELLED
        self._moved(row, quiet=quiet)

    def _moved(self, row: Row, *, quiet: bool = False) -> None:
        now = self._scheduler.now
        row.listed_at = row.listed_at if quiet else now
        captured = None if row.captured_at is None else NOON + timedelta(milliseconds=row.captured_at)
        report = Report(
            provider=row.provider,
            gateway_id=row.gateway_id,
            merchant_id=row.merchant_id,
            rank=row.rank,
            amount=row.amount,
            refunded=row.refunded,
            mode=row.mode,
            method=row.method,
            reason="declined" if row.rank is Rank.DECLINED else "",
            captured_at=captured,
            deposit=row.deposit,
            refunds=(*row.refunds, *row.waiting, *row.failed),
        )
        row.versions.append((now, row.listed_at, report))
        self.changed(row)
        if not quiet:
            self.webhook(row)


def _no(sentence: str) -> Rejected:
    return Rejected(f"The provider refuses: {sentence}.", "F1", sentence)
