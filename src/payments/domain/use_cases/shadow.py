"""Shadow: compare our books with what another provider shows of the same payments, and touch nothing.

Before a shop moves, the new provider can show the payments of the old one. Where both agree with our books, the way is
clear; each difference is a sentence for a person.
"""

from datetime import datetime
from typing import Final

import attrs

from payments.domain.errors import PaymentNotFound
from payments.domain.payment import Payment
from payments.domain.ports import PaymentRepository, ShadowList
from payments.domain.report import Rank, Report

MAX_TOLD: Final = 1000
"""How many differences are kept as sentences; further ones are only counted."""


@attrs.define
class Compared:
    """How many rows were compared, how many differ and how, and what could not be read."""

    rows: int = 0
    different: int = 0
    differences: list[str] = attrs.Factory(list)
    skipped: list[str] = attrs.Factory(list)


@attrs.frozen(kw_only=True)
class Shadow:
    """Reads, and never writes."""

    payments: PaymentRepository
    lists: ShadowList

    async def between(self, start: datetime, end: datetime) -> Compared:
        """Compare what changed in [start, end). Raises GatewayError."""
        done = Compared()
        while start < end:
            stop = min(end, start + self.lists.listing_span)
            number = pages = 1
            while number <= pages:
                page = await self.lists.shadow_listing(start, stop, number)
                done.skipped.extend(page.skipped)
                for report in page.reports:
                    await self._compare(report, done)
                number, pages = number + 1, page.pages
            start = stop
        return done

    async def _compare(self, report: Report, done: Compared) -> None:
        done.rows += 1
        if difference := await self._difference(report):
            done.different += 1
            done.differences[MAX_TOLD:] = []
            done.differences.append(f"{report.merchant_id} {report.gateway_id}: {difference}")

    async def _difference(self, report: Report) -> str:
        """Return how a row differs from our books; '' where both agree, or where the row is no money of ours."""
        try:
            payment = await self.payments.get(report.merchant_id)
        except PaymentNotFound:
            return ""  # another program's, or begun before these books
        return _between(payment, report)


def _between(payment: Payment, shown: Report) -> str:
    attempt = payment.attempt(shown.gateway_id)
    if attempt is None:
        return "it shows money that our books do not have" if shown.is_capture else ""
    ours = attempt.report
    named = [
        ("the state", _state(ours), _state(shown)),
        ("the sum", _sum(ours), _sum(shown)),
        ("the refunded sum", str(ours.refunded), str(shown.refunded)),
        ("the mode", str(ours.mode), str(shown.mode)),
    ]
    return "; ".join(f"{what} is {mine} here and {theirs} there" for what, mine, theirs in named if mine != theirs)


def _state(report: Report) -> str:
    return Rank(report.rank).name.lower()


def _sum(report: Report) -> str:
    return f"{report.amount.minor} {report.amount.currency}"
