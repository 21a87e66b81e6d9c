"""Each search reads an index and sorts nothing, so that a page costs the same however full the books are."""

import functools
from datetime import timedelta
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, paid, told
from support.statement_costs import cost_of, is_sqlite, plan_of, vacuumed

from payments.adapters.sql.payments.refund_rows import refund_row
from payments.adapters.sql.payments.rows import attempt_row, payment_row
from payments.adapters.sql.payments.searching import Shape, bound, page_statement
from payments.adapters.sql.schema.tables import attempts, payments, refunds
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.books.search import Filter, Period, PeriodOf
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.report import Approval
from payments.domain.values import MerchantId, Method, Mode
from payments.entrypoints.blocking import run

FEW, SOME, MANY = 400, 1_500, 8_000
SECOND = timedelta(seconds=1)
METHODS = (Method.CARD, Method.KAKAOPAY, Method.TRANSFER)
CURSOR = MerchantId("p00200")


def within(of: PeriodOf) -> Period:
    """Return a period of as many payments in full books as in small ones."""
    return Period(of=of, since=NOON + 60 * SECOND, until=NOON + 260 * SECOND)


SEARCHES = {
    "order": Filter(order="order-200"),
    "merchant id": Filter(called="p00200"),
    "gateway id": Filter(called="imp_200"),
    "approval number": Filter(called="3000200"),
    "transaction id": Filter(called="tid-200"),
    "amount": Filter(amount=10_200),
    "method": Filter(method=Method.KAKAOPAY),
    "method that nobody uses": Filter(method=Method.PAYCO),
    "method and status": Filter(method=Method.CARD, status=Status.PAID),
    "beginning of a name": Filter(name="멤버십 7"),
    "begun in a period": Filter(period=within(PeriodOf.BEGUN)),
    "begun in a period, by status": Filter(period=within(PeriodOf.BEGUN), status=Status.PAID),
    "captured": Filter(period=Period(of=PeriodOf.CAPTURED)),
    "captured in a period": Filter(period=within(PeriodOf.CAPTURED)),
    "captured in a period, by amount": Filter(period=within(PeriodOf.CAPTURED), amount=10_200),
    "captured in a period, by method": Filter(period=within(PeriodOf.CAPTURED), method=Method.CARD),
    "captured in a period, by order": Filter(period=within(PeriodOf.CAPTURED), order="order-200"),
    "refunded": Filter(period=Period(of=PeriodOf.REFUNDED)),
    "refunded in a period": Filter(period=within(PeriodOf.REFUNDED)),
    "refunded in a period, by amount": Filter(period=within(PeriodOf.REFUNDED), amount=200),
    "paid twice, begun in a period": Filter(paid_twice=True, period=within(PeriodOf.BEGUN)),
    "paid twice, captured in a period": Filter(paid_twice=True, period=within(PeriodOf.CAPTURED)),
    "a buyer, captured in a period": Filter(buyer="buyer-20", period=within(PeriodOf.CAPTURED)),
}
KEPT = {
    "all": Filter(),
    "buyer": Filter(buyer="buyer-20"),
    "status": Filter(status=Status.PAID),
    "captured": Filter(period=Period(of=PeriodOf.CAPTURED)),
} | {name: SEARCHES[name] for name in ("order", "merchant id", "amount", "method", "method and status", "refunded")}
"""Searches with whatever values, for which PostgreSQL keeps one plan."""
TWICE_AS_OFTEN_AS_IT_TRIES = 20
"""The driver prepares a statement at its sixth execution, and PostgreSQL keeps a plan at the sixth after that."""
SORTED = {"beginning of a name", "captured", "refunded", "captured in a period", "refunded in a period", "method"}
"""Searches that find many, whose plans must not sort what they find."""


def number(n: int) -> Payment:
    """Return the n-th payment, of its own second, order, amount and names; each second one has a refund of its own."""
    at, amount = NOON + n * SECOND, 10_000 + n
    begun = a_payment(
        merchant_id=f"p{n:05}", buyer=f"buyer-{n // 10}", order=f"order-{n}", at=at, amount=amount,
        name=f"멤버십 {n}", method=METHODS[n % len(METHODS)],
    )  # fmt: skip
    approval = Approval(number=f"3000{n:03}", transaction_id=f"tid-{n}")
    taken = paid(begun, gateway_id=f"imp_{n}", approval=approval, captured_at=at)
    if n % 2:
        return taken
    return told(taken, attrs.evolve(taken.attempts[0].report, refunded=n or 1), at=at)


def fill(store: SqlStore, first: int, last: int) -> None:
    rows = [rows_of(n) for n in range(first, last)]
    filled = {table: [row for each in rows for row in each[table]] for table in (payments, attempts, refunds)}
    store.database.write(lambda c: [c.execute(sa.insert(table), each) for table, each in filled.items()])
    vacuumed(store)


@functools.cache
def rows_of(n: int) -> dict[sa.Table, list[dict[str, Any]]]:
    one = number(n)
    return {
        payments: [payment_row(one)],
        attempts: [attempt_row(one, attempt) for attempt in one.attempts],
        refunds: [refund_row(one, place) for place in range(len(one.refunds))],
    }


def costs(store: SqlStore) -> dict[str, int]:
    def page(which: Filter, before: MerchantId | None = None) -> int:
        run(store.payments.page(which, before, 10))  # what is done once is not of interest
        return cost_of(store, lambda one: run(one.payments.page(which, before, 10)))

    later = {f"{name}, a later page": page(SEARCHES[name], CURSOR) for name in SORTED if "ed" in name}
    return {name: page(which) for name, which in SEARCHES.items()} | later


def test_no_search_costs_more_on_full_books(url: str) -> None:
    store = open_store(url, Mode.TEST, pool_size=1)
    fill(store, 0, FEW)
    few = costs(store)
    fill(store, FEW, MANY)
    many = costs(store)
    store.close()
    assert {name: (few[name], cost) for name, cost in many.items() if cost > 2 * few[name] + 20} == {}


@pytest.fixture
def full(url: str):
    store = open_store(url, Mode.TEST, pool_size=1)
    fill(store, 0, MANY)
    yield store
    store.close()


def test_each_search_reads_indexes_alone(full: SqlStore) -> None:
    """Fails where a condition has no index, or where the migration writes an index in other words than the query."""
    wrong = {}
    for name, which in SEARCHES.items():
        statement = page_statement(Shape.of_filter(which, continued=False))
        plan = plan_of(full, statement, bound(which) | {"limit": 10})
        scans = "SCAN pkr_" if is_sqlite(full) else "Seq Scan"
        read_whole = [line for line in plan.splitlines() if scans in line and "INDEX" not in line]
        sorts = [line for line in plan.splitlines() if "TEMP B-TREE" in line or "Sort" in line]
        if read_whole or (name in SORTED and len(sorts) > 1):  # the page itself is sorted, and nothing else
            wrong[name] = plan
    assert wrong == {}


def test_postgresql_keeps_the_plan_of_a_page(migrated_url: str) -> None:
    """Fails where a value that never differs is bound: each page is then planned anew, which costs half of it."""
    store = open_store(migrated_url, Mode.TEST, pool_size=1)
    fill(store, 0, SOME)
    for which in KEPT.values():
        for _ in range(TWICE_AS_OFTEN_AS_IT_TRIES):
            run(store.payments.page(which, None, 10))
    with store.database.reading.connect() as connection:
        counted = connection.exec_driver_sql(
            "SELECT generic_plans, statement FROM pg_prepared_statements WHERE statement LIKE '%%LIMIT%%'"
        ).all()
    store.close()
    assert len(counted) == len(KEPT)
    assert [text for kept, text in counted if not kept] == []
