"""The calls of every day cost the same however full the books are: measured in steps and pages, not in seconds."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, a_report, paid
from support.statement_costs import cost_of, plan_of, vacuumed

from payments.adapters.sql.engine.pairs import pairs
from payments.adapters.sql.payments import reading
from payments.adapters.sql.payments.report_rows import Row
from payments.adapters.sql.payments.rows import attempt_row, event_row, message_row, orphan_row, payment_row
from payments.adapters.sql.schema.side_tables import outbox
from payments.adapters.sql.schema.tables import attempts, events, orphans, payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.books.search import Filter
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId, Mode
from payments.entrypoints.blocking import run

FEW, MANY = 300, 6_000
ME = Filter(buyer="me")
CURSOR_KEY = MerchantId("p00150")
LATER = NOON + timedelta(days=1)
LONG_AGO = NOON - timedelta(days=1)

ORDERS = pairs([("me", "order-150"), ("me", "order-151")])

CALLS: dict[str, Callable[[SqlStore], object]] = {
    "get": lambda store: run(store.payments.get(CURSOR_KEY)),
    "live": lambda store: run(store.payments.live("me", "order-150")),
    "live ones of a batch": lambda store: store.database.read(lambda c: c.execute(reading.LIVE_ONES, ORDERS).all()),
    "newest page of a buyer": lambda store: run(store.payments.page(ME, None, 10)),
    "deep page of a buyer": lambda store: run(store.payments.page(ME, CURSOR_KEY, 10)),
    "newest page of all": lambda store: run(store.payments.page(Filter(), None, 10)),
    "newest page of a status": lambda store: run(store.payments.page(Filter(status=Status.PAID), None, 10)),
    "unsettled strays": lambda store: run(store.payments.page(Filter(open_strays=True), None, 10)),
    "open refunds": lambda store: run(store.payments.page(Filter(open_refunds=True), None, 10)),
    "timeline": lambda store: run(store.payments.timeline(CURSOR_KEY)),
    "change": lambda store: run(store.payments.update(CURSOR_KEY, lambda p: attrs.evolve(p, checks=p.checks + 1))),
    "claim of the sweep": lambda store: run(store.payments.claim(NOON, LATER, 10)),
    "claim of routine payments": lambda store: run(store.payments.claim(LONG_AGO, LATER, 10)),
    "renewal of a lease": lambda store: run(store.payments.renew(CURSOR_KEY, LATER, LATER)),
    "claim of orphans": lambda store: run(store.orphans.claim(NOON, LATER, 10)),
    "deep page of orphans": lambda store: run(store.orphans.page(GatewayId("lost_150"), 10, open_only=False)),
    "claim of the outbox": lambda store: run(store.outbox.claim(LATER, LATER, 10)),
    "dead letters": lambda store: run(store.outbox.dead(10)),
}


def number(n: int) -> Payment:
    """Return the n-th payment of one buyer: paid, due, a stray among the first five; each second one is routine."""
    begun = a_payment(merchant_id=f"p{n:05}", buyer="me", order=f"order-{n}", at=NOON + timedelta(seconds=n))
    amount = Money(1, "KRW") if n < 5 else begun.price
    due_at = (NOON, LONG_AGO)[n % 2]
    return attrs.evolve(paid(begun, gateway_id=f"imp_{n}", amount=amount), due_at=due_at, checks=n % 2)


def lost(n: int) -> Orphan:
    """Return the n-th orphan, due."""
    found = Orphan.found(a_report(gateway_id=f"lost_{n}"), NOON + timedelta(seconds=n), "test")
    return attrs.evolve(found, due_at=NOON)


def fill(store: SqlStore, first: int, last: int) -> None:
    """Store many payments quickly."""
    filled = [number(n) for n in range(first, last)]
    tables: dict[sa.Table, list[Row]] = {
        payments: [payment_row(p) for p in filled],
        attempts: [attempt_row(p, a) for p in filled for a in p.attempts],
        events: [event_row(p, h) for p in filled for h in p.new_events],
        outbox: [message_row(Message.about(p, h), h.version) for p in filled for h in p.new_events],
        orphans: [orphan_row(lost(n)) for n in range(first, last)],
    }

    def work(connection: sa.Connection) -> None:
        for table, rows in tables.items():
            connection.execute(sa.insert(table), rows)

    store.database.write(work)


def measured(store: SqlStore) -> dict[str, int]:
    vacuumed(store)
    for call in CALLS.values():
        call(store)  # what is done once, such as preparing a statement, is not of interest
    return {name: cost_of(store, call) for name, call in CALLS.items()}


def test_no_call_costs_more_on_full_books(url: str) -> None:
    """Twenty times the rows, not twice the cost. Fails where a statement no longer fits its index."""
    store = open_store(url, Mode.TEST, pool_size=1)
    fill(store, 0, FEW)
    few = measured(store)
    fill(store, FEW, MANY)
    many = measured(store)
    store.close()
    assert {name: (few[name], cost) for name, cost in many.items() if cost > 2 * few[name] + 10} == {}


def test_the_measure_notices_a_scan(url: str) -> None:
    store = open_store(url, Mode.TEST, pool_size=1)
    scan = sa.select(sa.func.count()).select_from(payments).where(payments.c.unreadable == "x")
    costs = []
    for first, last in ((0, FEW), (FEW, MANY)):
        fill(store, first, last)
        costs.append(cost_of(store, lambda s: s.database.read(lambda c: c.execute(scan).scalar())))
    store.close()
    assert costs[1] > 5 * costs[0]


PLANS = {
    "claim of urgent payments": (reading.DUE[0], {"now": NOON, "limit": 10}, "pkr_payments_urgent_idx"),
    "claim of routine payments": (reading.DUE[1], {"now": NOON, "limit": 10}, "pkr_payments_routine_idx"),
}


@pytest.mark.parametrize("what", PLANS)
def test_a_claim_reads_the_partial_index_made_for_it(url: str, what: str) -> None:
    """Fails where the migration writes the condition of an index in other words than the query."""
    statement, given, index = PLANS[what]
    store = open_store(url, Mode.TEST, pool_size=1)
    fill(store, 0, FEW * 4)
    vacuumed(store)
    plan = plan_of(store, statement, given)
    store.close()
    assert index in plan
    assert "TEMP B-TREE" not in plan, "sorted after reading everything that is due"
    assert "Sort" not in plan


@pytest.mark.parametrize("call", ["get", "live", "newest page of a buyer"])
def test_a_call_that_reads_is_one_statement(url: str, call: str) -> None:
    """Fails where attempts or refunds are read one payment at a time."""
    store = open_store(url, Mode.TEST, pool_size=1)
    fill(store, 0, FEW)
    told: list[str] = []
    sa.event.listen(store.database.engine, "before_cursor_execute", lambda *told_of: told.append(told_of[2]))
    CALLS[call](store)
    store.close()
    assert len(told) == 1, told
