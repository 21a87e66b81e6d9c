"""The cost of three everyday questions as the books grow: it should stay flat.

look-up   one payment by its merchant id
page      a buyer's newest 20 payments
claim     the sweep's next 20 due payments
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.databases import KINDS, database_url
from payments.adapters.sql.payments import reading
from payments.adapters.sql.payments.rows import attempt_row, payment_row
from payments.adapters.sql.schema.tables import attempts, payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.ports import Filter
from payments.domain.recording import apply_report
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, MerchantId, Method, Mode, Offer
from payments.entrypoints.blocking import run

START = datetime(2026, 1, 1, tzinfo=UTC)
BUYERS = 400
DUE_EVERY = 100  # one payment in so many is awaited, and due; the others rest, as they do in a shop
BATCH = 10_000
ROUNDS = 300

Row = dict[str, Any]


def _models() -> tuple[Row, Row, Row]:
    """Return the rows of an awaited payment, of a paid one, and of its attempt."""
    offer = Offer("멤버십 1년", Money(12_000))
    begun = Payment.begin(MerchantId("model"), "buyer", "order", offer, Method.CARD, Mode.TEST, START, "bench")
    report = Report(
        gateway_id=GatewayId("model"),
        merchant_id=begun.merchant_id,
        rank=Rank.CAPTURED,
        amount=offer.price,
        mode=Mode.TEST,
    )
    paid = apply_report(begun, report, at=START, by="bench", refund_strays_as=None)
    return payment_row(begun), payment_row(paid), attempt_row(paid.attempts[0])


def uid(number: int) -> str:
    return f"bench_{number:012d}"


def grow(store: SqlStore, start: int, end: int) -> None:
    """Add the payments numbered *start* to *end*, as rows: what is measured is reading, not writing."""
    awaited, paid, attempt = _models()
    for first in range(start, end, BATCH):
        numbers = range(first, min(first + BATCH, end))
        rows = [
            (awaited if n % DUE_EVERY == 0 else paid)
            | {"merchant_id": uid(n), "buyer": f"buyer-{n % BUYERS}", "order_ref": f"order-{n}"}
            | {"created_at": START + timedelta(seconds=n)}
            | ({"due_at": START + timedelta(seconds=n)} if n % DUE_EVERY == 0 else {})
            for n in numbers
        ]
        tries = [attempt | {"merchant_id": uid(n), "gateway_id": f"imp_{n}"} for n in numbers if n % DUE_EVERY]

        def work(connection: sa.Connection, rows: list[Row] = rows, tries: list[Row] = tries) -> None:
            connection.execute(sa.insert(payments), rows)
            connection.execute(sa.insert(attempts), tries)

        store.database.write(work)
    record(store)


def record(store: SqlStore) -> None:
    """Do now what the database would do in the background after so many insertions, so that it disturbs no figure."""
    chores = ("ANALYZE",) if store.database.engine.dialect.name == "sqlite" else ("VACUUM ANALYZE", "CHECKPOINT")
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for chore in chores:
            connection.exec_driver_sql(chore)


def median_ms(question: Callable[[int], object]) -> float:
    """Return the median time of *question* over many rounds, each about another payment, in milliseconds."""
    for number in range(20):
        question(number)
    times = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        question(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def questions(store: SqlStore, size: int) -> dict[str, Callable[[int], object]]:
    late = START + timedelta(days=400)

    def claim(number: int) -> object:  # what is claimed is due again at once, so that no round finds less than another
        return run(store.payments.claim(late, START + timedelta(seconds=size + number), 20))

    return {
        "look-up": lambda n: run(store.payments.get(MerchantId(uid(n * 7919 % size)))),
        "page": lambda n: run(store.payments.page(Filter(buyer=f"buyer-{n % BUYERS}"), None, 20)),
        "claim": claim,
    }


def plans(store: SqlStore) -> None:
    """Print how the database answers the three questions."""
    explain = "EXPLAIN QUERY PLAN " if store.database.engine.dialect.name == "sqlite" else "EXPLAIN "
    page = reading.page_statement(buyer=True, status=False, strays=False, before=False)
    asked: dict[str, tuple[sa.Select[Any], Row]] = {
        "look-up": (reading.BY_ID, {"merchant_id": uid(1)}),
        "page": (page, {"buyer": "buyer-1", "limit": 20}),
        "claim": (reading.DUE, {"now": START, "limit": 20}),
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
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    chosen = parser.parse_args(arguments)
    for kind in chosen.databases:
        with database_url(kind) as url:
            store = open_store(url, Mode.TEST, create=True)
            size, base = 0, dict[str, float]()
            for target in chosen.sizes:
                print(f"{kind}: growing the books to {target:,} payments ...", flush=True)
                grow(store, size, target)
                size = target
                for name, question in questions(store, size).items():
                    cost = median_ms(question)
                    ratio = cost / base.setdefault(name, cost)
                    print(f"  {name:8} {size:>9,} payments {cost:8.3f} ms   {ratio:5.2f}x of the smallest", flush=True)
            plans(store)
            store.close()
