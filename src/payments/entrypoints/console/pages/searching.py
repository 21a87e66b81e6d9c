"""A search of payments as it is typed: its fields, the filter that they mean, and what is found."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from enum import StrEnum
from typing import Final, TypeVar

import attrs

from payments.domain.books.search import Period, PeriodOf
from payments.domain.errors import BadInput, PaymentNotFound
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.ports import Filter
from payments.domain.values import MerchantId, Method, recorded_id
from payments.entrypoints import display
from payments.entrypoints.books.periods import read_period
from payments.entrypoints.console.visit import Visit

T = TypeVar("T", bound=StrEnum)

FIELDS: Final = (
    *("q", "status", "method", "of", "from", "to", "amount", "currency"),
    *("stray", "refunding", "questioned", "twice"),
)
MAX_QUERY: Final = 120
USUAL_CURRENCY: Final = "KRW"


@attrs.frozen
class Found:
    """Payments, newest first; `after` is the last one where more follow."""

    payments: Sequence[Payment]
    after: MerchantId | None = None


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return all fields of a search, '' for one that is not asked for."""
    return {name: query.get(name, "").strip()[:MAX_QUERY] for name in FIELDS}


def filter_of(asked: Mapping[str, str], zone: tzinfo) -> Filter:
    """Return the filter that the fields mean, without the text that is searched for. Raises BadInput."""
    of = _one_of(PeriodOf, asked["of"] or PeriodOf.BEGUN)
    dated = bool(asked["from"] or asked["to"])
    currency = asked["currency"] or USUAL_CURRENCY
    amount = display.read_money(asked["amount"], currency) if asked["amount"] else None
    return Filter(
        status=_one_of(Status, asked["status"]) if asked["status"] else None,
        method=_one_of(Method, asked["method"]) if asked["method"] else None,
        amount=amount,
        currency=currency if amount is not None else None,
        period=read_period(of, asked["from"] or None, asked["to"] or None, zone) if dated else Period(of=of),
        open_strays=asked["stray"] == "1",
        open_refunds=asked["refunding"] == "1",
        questioned=asked["questioned"] == "1",
        paid_twice=asked["twice"] == "1",
    )


async def found(visit: Visit, limit: int) -> Found:
    """Return what was asked for: by approval number, transaction or attempt, else by payment, else by buyer."""
    asked, before = asked_of(visit.query), visit.query.get("before")
    which = filter_of(asked, visit.service.zone)
    start = recorded_id(before) if before else None
    if not asked["q"]:
        return await _page(visit, which, start, limit)
    for one in (attrs.evolve(which, called=asked["q"]), attrs.evolve(which, buyer=asked["q"])):
        page = await _page(visit, one, start, limit)
        if page.payments:
            return page
    return await _named(visit, asked["q"])


async def _page(visit: Visit, which: Filter, before: MerchantId | None, limit: int) -> Found:
    page = await visit.service.checkout.page(visit.caller, which, before, limit + 1)
    return Found(page[:limit], page[limit - 1].merchant_id if len(page) > limit else None)


async def _named(visit: Visit, text: str) -> Found:
    try:
        return Found([await visit.service.checkout.visible_to(visit.caller, recorded_id(text))])
    except (PaymentNotFound, BadInput):
        return Found([])


def _one_of(kind: type[T], value: str) -> T:
    try:
        return kind(value)
    except ValueError:
        raise BadInput("There is no such choice in this search.") from None
