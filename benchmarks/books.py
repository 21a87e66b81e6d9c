"""The cost of three everyday questions as the books grow: it should stay flat.

look-up   one payment by its merchant id
page      a buyer's newest 20 payments
claim     the sweep's next 20 due payments
searches  a page of 20 by approval number, order, amount, method, name, and periods of begin and capture
report    the sums of one day, whose rows are as many in every book
"""

import argparse
import contextlib
import functools
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.databases import KINDS, database_url
from payments.adapters.sql.payments import reading
from payments.adapters.sql.payments.rows import attempt_row, payment_row
from payments.adapters.sql.payments.searching import Shape, page_statement
from payments.adapters.sql.schema.tables import attempts, payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.books.search import Filter, Period, PeriodOf
from payments.domain.values import MerchantId, Method, Mode
from payments.entrypoints.blocking import run
from payments.testing.builders import a_payment, paid

START = datetime(2026, 1, 1, tzinfo=UTC)
BUYERS = 400
DUE_EVERY = 100  # one payment in so many is awaited, and due; the others rest, as they do in a shop
FIRST_ID = 10**12  # ids of one width
BUYERS_ASKED = 20  # few, so that their pages are in memory in every book: what is compared is work, not a disk
WARM_UP = 100
ASKED_MINUTES = 60
ROUNDS = 300

Row = dict[str, Any]


def _models() -> tuple[Row, Row, Row]:
    """Return the rows of an awaited payment, of a paid one, and of its attempt."""
    begun = a_payment()
    captured = paid(begun)
    return payment_row(begun), payment_row(captured), attempt_row(captured, captured.attempts[0])


def uid(number: int) -> str:
    return f"bench_{FIRST_ID + number}"


def grow(store: SqlStore, start: int, end: int) -> None:
    """Add the payments numbered *start* to *end*. The database makes the rows: what is measured is reading."""
    awaited, captured, attempt = _models()
    numbers = sa.select(_big(start).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + _big(1)).where(numbers.c.n < _big(end - 1)))
    n, is_due = numbers.c.n, numbers.c.n % DUE_EVERY == 0
    at, buyer = _moment(store, n), "buyer-" + sa.cast(n % BUYERS, sa.String)
    row = {name: _either(is_due, payments.c[name], awaited[name], captured[name]) for name in awaited} | {
        "merchant_id": _uid(n),
        "buyer": buyer,
        "order_scope": buyer,
        "order_ref": "order-" + sa.cast(n, sa.String),
        "name": "thing " + sa.cast(n, sa.String) + " of the shop",
        "price": sa.cast(n + _big(1_000), sa.BigInteger),
        "created_at": at,
        "due_at": sa.case((is_due, at)),
    }
    tries: Row = {name: sa.literal(value, attempts.c[name].type) for name, value in attempt.items()}
    tries |= {"merchant_id": _uid(n), "gateway_id": "imp_" + sa.cast(n, sa.String), "taken_at": at, "captured_at": at}
    tries |= {"approval_number": sa.cast(n + _big(30_000_000), sa.String), "amount": row["price"]}

    def work(connection: sa.Connection) -> None:
        on_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("PRAGMA cache_size = -1000000" if on_sqlite else "SET LOCAL statement_timeout = 0")
        connection.execute(sa.insert(payments).from_select(list(row), sa.select(*row.values())))
        connection.execute(sa.insert(attempts).from_select(list(tries), sa.select(*tries.values()).where(~is_due)))
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA cache_size = -2000")  # the default

    store.database.write(work)
    record(store)


def _uid(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return "bench_" + sa.cast(number + _big(FIRST_ID), sa.String)


def _either(first: sa.ColumnElement[bool], column: sa.Column[Any], one: object, other: object) -> Any:
    if one == other:
        return sa.literal(one, column.type)
    return sa.case((first, sa.literal(one, column.type)), else_=sa.literal(other, column.type))


def _moment(store: SqlStore, seconds: sa.ColumnElement[int]) -> Any:
    """Return the time so many seconds after the start, as the database stores it."""
    since_1970 = seconds + _big(int(START.timestamp()))
    if store.database.engine.dialect.name == "sqlite":
        return sa.func.strftime("%Y-%m-%d %H:%M:%S.000000", since_1970, "unixepoch")
    return sa.func.to_timestamp(since_1970)


def _big(number: int) -> sa.ColumnElement[int]:
    return sa.literal(number, sa.BigInteger)


def record(store: SqlStore) -> None:
    """Do now what the database would do in the background after so many insertions, so that it disturbs no figure."""
    on_sqlite = store.database.engine.dialect.name == "sqlite"
    timeless = "SET statement_timeout = 0"
    chores = ("ANALYZE",) if on_sqlite else (timeless, "VACUUM ANALYZE", "CHECKPOINT", "RESET statement_timeout")
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for chore in chores:
            connection.exec_driver_sql(chore)


def medians_ms(asked: list[Callable[[int], object]]) -> list[float]:
    """Return the median time of each question over many rounds, in milliseconds.

    They are asked in turn, so that whatever else the machine does meanwhile is shared by all.
    """
    times: list[list[float]] = [[] for _ in asked]
    for number in range(WARM_UP + ROUNDS):
        for question, taken in zip(asked, times, strict=True):
            began = time.perf_counter()
            question(number)
            taken.append(time.perf_counter() - began)
    return [statistics.median(taken[WARM_UP:]) * 1000 for taken in times]


def questions(store: SqlStore, size: int) -> dict[str, Callable[[int], object]]:
    late = START + timedelta(days=400)

    def claim(number: int) -> object:  # what is claimed is due again at once, so that no round finds less than another
        return run(store.payments.claim(late, START + timedelta(seconds=size + number), 20))

    return {
        "look-up": lambda n: run(store.payments.get(MerchantId(uid(n % WARM_UP * 7919 % size)))),
        "page": lambda n: run(store.payments.page(Filter(buyer=f"buyer-{n % BUYERS_ASKED}"), None, 20)),
        "claim": claim,
        "report": lambda n: run(store.ledger.sums(*_day(n))),
    } | {name: functools.partial(_page, store, which) for name, which in SEARCHES.items()}


def _page(store: SqlStore, which: Callable[[int], Filter], number: int) -> object:
    return run(store.payments.page(which(number), None, 20))


def _day(number: int) -> tuple[datetime, datetime]:
    """Return one of the first hours, in which each book has a payment every second."""
    start = START + timedelta(minutes=number % ASKED_MINUTES)
    return start, start + timedelta(minutes=30)


def _within(of: PeriodOf, number: int) -> Period:
    since, until = _day(number)
    return Period(of=of, since=since, until=until)


SEARCHES: dict[str, Callable[[int], Filter]] = {
    "by order": lambda n: Filter(order=f"order-{n % WARM_UP}"),
    "by approval number": lambda n: Filter(called=f"{30_000_000 + n % WARM_UP}"),
    "by amount": lambda n: Filter(amount=1_000 + n % WARM_UP),
    "by method": lambda _: Filter(method=Method.CARD),
    "by name": lambda n: Filter(name=f"thing {n % WARM_UP} "),
    "begun in a period": lambda n: Filter(period=_within(PeriodOf.BEGUN, n)),
    "captured in a period": lambda n: Filter(period=_within(PeriodOf.CAPTURED, n)),
}


def plans(store: SqlStore) -> None:
    """Print how the database answers the three questions."""
    explain = "EXPLAIN QUERY PLAN " if store.database.engine.dialect.name == "sqlite" else "EXPLAIN "
    page = page_statement(Shape.of_filter(Filter(buyer=""), continued=False))
    due = {"now": START, "limit": 20}
    asked: dict[str, tuple[sa.Select[Any], Row]] = {
        "look-up": (reading.BY_ID, {"merchant_id": uid(1)}),
        "page": (page, {"buyer": "buyer-1", "limit": 20}),
        "claim, urgent": (reading.DUE[0], due),
        "claim, routine": (reading.DUE[1], due),
    }
    for name, (statement, given) in asked.items():
        print(f"  plan of {name}:")
        compiled = statement.params(given).compile(
            dialect=store.database.engine.dialect, compile_kwargs={"literal_binds": True}
        )

        def explained(connection: sa.Connection, text: str = explain + str(compiled)) -> list[Any]:
            return list(connection.exec_driver_sql(text.replace("%", "%%")).all())

        for row in store.database.read(explained):
            print(f"    {row[-1]}")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks books", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 5_000_000])
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    for kind in chosen.databases:
        with contextlib.ExitStack() as stack:
            stores = [_book(kind, size, stack) for size in chosen.sizes]
            _compare(kind, stores, chosen.sizes)
            plans(stores[-1])


def _book(kind: str, size: int, stack: contextlib.ExitStack) -> SqlStore:
    url = stack.enter_context(database_url(kind))
    store = stack.enter_context(contextlib.closing(open_store(url, Mode.TEST, create=True)))
    print(f"{kind}: making {size:,} payments ...", flush=True)
    grow(store, 0, size)
    return store


def _compare(kind: str, stores: list[SqlStore], sizes: list[int]) -> None:
    asked = [questions(store, size) for store, size in zip(stores, sizes, strict=True)]
    for name in asked[0]:
        costs = medians_ms([each[name] for each in asked])
        for size, cost in zip(sizes, costs, strict=True):
            print(f"  {kind:10} {name:20} {size:>9,} payments {cost:8.3f} ms   {cost / costs[0]:5.2f}x of the smallest")
