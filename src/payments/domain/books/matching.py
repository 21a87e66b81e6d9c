"""What a Filter means, as a pure rule about one payment. Stores that cannot express it in a query use it as it is."""

from collections.abc import Iterator
from datetime import datetime

from payments.domain.attempt import Attempt
from payments.domain.books.search import Filter, Listing, PeriodOf
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus

SortKey = tuple[str, datetime, str]
"""A name (or ''), a time and the merchant id: pages are sorted by it, from the greatest down."""


def matches(payment: Payment, which: Filter) -> bool:
    """Return whether an announced *payment* is one of those. `paid_twice` needs other payments, so it is not asked."""
    return payment.version > 0 and sort_key(payment, which) is not None and _fits(payment, which)


def sort_key(payment: Payment, which: Filter) -> SortKey | None:
    """Return its place in the list; None if nothing happened to it in the period of captures or refunds."""
    moment = max(_moments(payment, which), default=None)
    if moment is None:
        return None
    return (payment.name if which.listing is Listing.NAME else "", moment, payment.merchant_id)


def names_of(payment: Payment) -> frozenset[str]:
    """Return everything by which a person may call the payment."""
    names = (attempt.report.names for attempt in payment.attempts)
    return frozenset({payment.merchant_id, payment.order}).union(*names)


def _fits(payment: Payment, which: Filter) -> bool:
    by_price = which.period.of is PeriodOf.BEGUN
    return (
        which.buyer in (None, payment.buyer)
        and which.status in (None, payment.status)
        and which.order in (None, payment.order)
        and which.method in (None, payment.method)
        and (which.currency in (None, payment.price.currency))
        and (not by_price or which.amount in (None, payment.price.minor))
        and payment.name.startswith(which.name or "")
        and (which.called is None or which.called in names_of(payment))
        and (not which.open_strays or any(attempt.is_open_stray for attempt in payment.attempts))
        and (not which.open_refunds or bool(payment.open_refunds))
        and (not which.questioned or any(one.status is RefundStatus.QUESTIONED for one in payment.refunds))
    )


def _moments(payment: Payment, which: Filter) -> Iterator[datetime]:
    """Yield when that happened which the period is about, as often as it fits the period and the amount."""
    happened = {
        PeriodOf.BEGUN: lambda: [(payment.created_at, payment.price.minor)],
        PeriodOf.CAPTURED: lambda: [_capture(payment, one) for one in payment.attempts if one.report.is_capture],
        PeriodOf.REFUNDED: lambda: [_refund(one) for one in payment.refunds if one.done_at],
    }[which.period.of]()
    yield from (at for at, amount in happened if which.period.holds(at) and which.amount in (None, amount))


def _capture(payment: Payment, attempt: Attempt) -> tuple[datetime, int]:
    return payment.taken_at(attempt), attempt.report.amount.minor


def _refund(refund: Refund) -> tuple[datetime, int]:
    assert refund.done_at  # noqa: S101 - only asked of refunds that have it
    return refund.done_at, refund.amount
