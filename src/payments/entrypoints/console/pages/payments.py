"""The list of payments, its search, and the list as CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from payments.domain.books.days import day_of
from payments.domain.books.search import PeriodOf
from payments.domain.machine import Status
from payments.domain.money import EXPONENTS
from payments.domain.payment import Payment
from payments.domain.values import Method
from payments.entrypoints import display
from payments.entrypoints.console.pages.filters import query_of, saved_of
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.pages.searching import USUAL_CURRENCY, asked_of, found
from payments.entrypoints.console.visit import Visit

PER_PAGE: Final = 50
MOST_IN_CSV: Final = 1000


async def listing(visit: Visit) -> Response:
    """Payments, newest first, found by what a person has in hand."""
    page, asked = await found(visit, PER_PAGE), asked_of(visit.query)
    query = {name: value for name, value in asked.items() if value}
    return visit.page(
        "payments.html",
        found=page.payments,
        asked=asked,
        statuses=list(Status),
        methods=list(Method),
        periods=list(PeriodOf),
        currencies=[USUAL_CURRENCY, *(one for one in EXPONENTS if one != USUAL_CURRENCY)],
        today=day_of(visit.now, visit.service.zone).isoformat(),
        query=query_of(asked),
        saved=saved_of(visit),
        standing=lambda payment: standing_of(payment, visit),
        more=visit.url("/payments", **query, before=page.after) if page.after else "",
        csv=visit.url("/payments.csv", **query),
    )


async def as_csv(visit: Visit) -> Response:
    """The same list as a file that Korean spreadsheets open."""
    page = await found(visit, MOST_IN_CSV)
    return visit.file(csv_of(page.payments), "text/csv; charset=utf-8", "payments.csv")


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
