"""The list of payments, its search, and the list as CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Final

import attrs
from starlette.responses import Response

from payments.domain.errors import BadInput, PaymentNotFound
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.ports import Filter
from payments.domain.values import MerchantId, recorded_id
from payments.entrypoints import display
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import HEADERS, Visit

PER_PAGE: Final = 50
MOST_IN_CSV: Final = 1000
MAX_QUERY: Final = 120


@attrs.frozen
class Found:
    """Payments, newest first; `after` is the last one where more follow."""

    payments: Sequence[Payment]
    after: MerchantId | None = None


async def listing(visit: Visit) -> Response:
    """Payments, newest first, found by what a person has in hand."""
    found = await _found(visit, PER_PAGE)
    query = dict(visit.query)
    return visit.page(
        "payments.html",
        found=found.payments,
        asked=_asked(visit),
        statuses=list(Status),
        standing=lambda payment: standing_of(payment, visit),
        more=visit.url("/payments", **{**query, "before": found.after}) if found.after else "",
        csv=visit.url("/payments.csv", **query),
    )


async def as_csv(visit: Visit) -> Response:
    """The same list as a file that Korean spreadsheets open."""
    found = await _found(visit, MOST_IN_CSV)
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="payments.csv"'}
    return Response(csv_of(found.payments), media_type="text/csv; charset=utf-8", headers=headers)


async def _found(visit: Visit, limit: int) -> Found:
    """Return what was asked for: by approval number, transaction or attempt, else by payment, else by buyer."""
    asked, before = _asked(visit), visit.query.get("before")
    which = Filter(
        status=Status(asked["status"]) if asked["status"] else None,
        open_strays=asked["stray"] == "1",
        paid_twice=asked["twice"] == "1",
    )
    start = recorded_id(before) if before else None
    if not asked["q"]:
        return await _page(visit, which, start, limit)
    for one in (attrs.evolve(which, called=asked["q"]), attrs.evolve(which, buyer=asked["q"])):
        found = await _page(visit, one, start, limit)
        if found.payments:
            return found
    return await _named(visit, asked["q"])


async def _page(visit: Visit, which: Filter, before: MerchantId | None, limit: int) -> Found:
    page = await visit.service.checkout.page(visit.caller, which, before, limit + 1)
    return Found(page[:limit], page[limit - 1].merchant_id if len(page) > limit else None)


async def _named(visit: Visit, text: str) -> Found:
    try:
        return Found([await visit.service.checkout.visible_to(visit.caller, recorded_id(text))])
    except (PaymentNotFound, BadInput):
        return Found([])


def _asked(visit: Visit) -> dict[str, str]:
    asked = {name: visit.query.get(name, "").strip()[:MAX_QUERY] for name in ("q", "status", "stray", "twice")}
    if asked["status"] not in (*Status, ""):
        raise BadInput("There is no such status.")
    return asked


def standing_of(payment: Payment, visit: Visit) -> str:
    """Return where a payment stands, in a word or two."""
    return display.standing(
        payment.status,
        visit.language,
        awaits_deposit=bool(payment.deposits),
        refunded=payment.refunded + payment.outside,
    )


def csv_of(payments: Sequence[Payment]) -> bytes:
    """Return payments as CSV, with a mark at its head by which spreadsheets know UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    heads = "merchant_id order buyer name status amount refunded currency method created_at paid_at".split()
    writer.writerow(heads)
    for one in payments:
        paid_at = one.accepted.report.captured_at if one.accepted else None
        row = [one.merchant_id, one.order, one.buyer, one.name, one.status]
        times = [at.isoformat() if at else "" for at in (one.created_at, paid_at)]
        writer.writerow([*map(harmless, row), one.price.minor, one.refunded, one.price.currency, one.method, *times])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


PAGES: Final = (
    Page("GET", "/payments", listing),
    Page("GET", "/payments.csv", as_csv),
)
