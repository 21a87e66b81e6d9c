"""What is asked of the books, and how long each book takes: they are asked in turn, so that a busy machine delays all.

look-up    one payment by its merchant id
live       the payment of an order that is not cancelled
page       a buyer's newest 20 payments, and the 20 after them
claim      the sweep's next 20 due payments
searches   a page of 20 by each name, sum, method, status, and by periods of begin, capture and refund
day        the sums of half an hour, whose rows are as many in every book
"""

import functools
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from benchmarks.books.filling import BUYERS, FIRST_APPROVAL, FIRST_ID, START, uid
from payments.adapters.sql.store import SqlStore
from payments.domain.books.search import Filter, Period, PeriodOf
from payments.domain.machine import Status
from payments.domain.values import MerchantId, Method
from payments.entrypoints.blocking import run

Question = Callable[[int], object]
BUYERS_ASKED: Final = 20
"""Few, so that their pages are in memory in every book: what is compared is work, not a disk."""
WARM_UP: Final = 100
ROUNDS: Final = 300
ASKED_MINUTES: Final = 60
LATER: Final = MerchantId(uid(5_001))
"""A paid and refunded payment after which a later page begins."""


def times_ms(asked: list[Question]) -> list[float]:
    """Return the time of each question in milliseconds: one in ten rounds took less.

    That is what the work costs where nothing else runs; the median of a busy machine tells of the others.
    """
    times: list[list[float]] = [[] for _ in asked]
    for number in range(WARM_UP + ROUNDS):
        for question, taken in zip(asked, times, strict=True):
            began = time.perf_counter()
            question(number)
            taken.append(time.perf_counter() - began)
    return [statistics.quantiles(taken[WARM_UP:], n=10)[0] * 1000 for taken in times]


def questions(store: SqlStore, size: int) -> dict[str, Question]:
    """Return each question by its name; it takes the number of its round."""
    late = START + timedelta(days=400)

    def some(n: int) -> int:
        return n % WARM_UP * 7919 % size // 10 * 10 + 2  # one of those that are paid and not refunded

    def claim(n: int) -> object:  # what is claimed is due again at once, so that no round finds less than another
        return run(store.payments.claim(late, START + timedelta(seconds=size + n), 20))

    asked: dict[str, Question] = {
        "look-up": lambda n: run(store.payments.get(MerchantId(uid(some(n))))),
        "live one of an order": lambda n: run(store.payments.live(f"buyer-{some(n) % BUYERS}", f"order-{some(n)}")),
        "claim": claim,
        "sums of half an hour": lambda n: run(store.ledger.sums(*_half_hour(n))),
    }
    pages = {name: functools.partial(_page, store, which, None) for name, which in SEARCHES.items()}
    later = {f"{name}, later": functools.partial(_page, store, SEARCHES[name], LATER) for name in CONTINUED}
    return asked | pages | later


def _page(store: SqlStore, which: Callable[[int], Filter], before: MerchantId | None, number: int) -> object:
    return run(store.payments.page(which(number), before, 20))


def _half_hour(number: int) -> tuple[datetime, datetime]:
    """Return a stretch of the first hours, in which each book has a payment every second."""
    start = START + timedelta(minutes=number % ASKED_MINUTES)
    return start, start + timedelta(minutes=30)


def _within(of: PeriodOf, number: int) -> Period:
    since, until = _half_hour(number)
    return Period(of=of, since=since, until=until)


def _minute(number: int) -> Period:
    since = START + timedelta(minutes=number % ASKED_MINUTES)
    return Period(since=since, until=since + timedelta(minutes=1))


def _one(n: int) -> int:
    """Return one of the first payments that are paid and refunded."""
    return n % WARM_UP * 10 + 1


SEARCHES: Final[Mapping[str, Callable[[int], Filter]]] = {
    "all": lambda _: Filter(),
    "by buyer": lambda n: Filter(buyer=f"buyer-{n % BUYERS_ASKED}"),
    "by status": lambda _: Filter(status=Status.PAID),
    "by order": lambda n: Filter(order=f"order-{_one(n)}"),
    "by merchant id": lambda n: Filter(called=uid(_one(n))),
    "by gateway id": lambda n: Filter(called=f"imp_{FIRST_ID + _one(n)}"),
    "by approval number": lambda n: Filter(called=f"{FIRST_APPROVAL + _one(n)}"),
    "by transaction id": lambda n: Filter(called=f"tid-{_one(n)}"),
    "by amount": lambda n: Filter(amount=1_000 + _one(n)),
    "by method": lambda _: Filter(method=Method.CARD),
    "by name": lambda n: Filter(name=f"thing {_one(n)} "),
    "begun in a period": lambda n: Filter(period=_within(PeriodOf.BEGUN, n)),
    "captured": lambda _: Filter(period=Period(of=PeriodOf.CAPTURED)),
    "captured in a period": lambda n: Filter(period=_within(PeriodOf.CAPTURED, n)),
    "captured, by amount": lambda n: Filter(period=_within(PeriodOf.CAPTURED, n), amount=1_000 + _one(n)),
    "refunded": lambda _: Filter(period=Period(of=PeriodOf.REFUNDED)),
    "refunded in a period": lambda n: Filter(period=_within(PeriodOf.REFUNDED, n)),
    "open strays": lambda _: Filter(open_strays=True),
    "open refunds": lambda _: Filter(open_refunds=True),
    "questioned": lambda _: Filter(questioned=True),
    "paid twice in a minute": lambda n: Filter(paid_twice=True, period=_minute(n)),
}
CONTINUED: Final = ("all", "by status", "by method", "captured", "refunded")
