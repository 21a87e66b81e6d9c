"""A buyer who opens windows without end costs one short write transaction a look: counted, not timed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from builders import a_deposit

from payments import testing
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.recording import MAX_MONEYLESS_ATTEMPTS
from payments.domain.values import Caller, Method, Mode, Offer
from payments.entrypoints.blocking import run

PRICE = Money(12_000)
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def opened(url: str) -> Iterator[SqlStore]:
    store = open_store(url, Mode.TEST)
    yield store
    store.close()


class Traffic:
    """What was sent to a database: `statements`, and how many transactions were committed."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0

    @property
    def writes(self) -> list[str]:
        return [statement for statement in self.statements if statement.startswith(WRITES)]


@contextmanager
def traffic_of(store: SqlStore) -> Iterator[Traffic]:
    seen, engine = Traffic(), store.database.engine

    def said(_c: object, _u: object, statement: str, *_: object) -> None:
        seen.statements.append(statement)

    def committed(_: object) -> None:
        seen.commits += 1

    sa.event.listen(engine, "before_cursor_execute", said)
    sa.event.listen(engine, "commit", committed)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", said)
    sa.event.remove(engine, "commit", committed)


def windows_of(store: SqlStore, windows: int, *, deposits: bool = False) -> tuple[testing.Shop, Payment]:
    """Return a shop, and its payment with so many windows at the provider."""
    shop = testing.shop(store=store)
    offer = Offer("멤버십", PRICE)
    payment = run(shop.checkout.begin("kim", "order", offer, Method.CARD, Caller.shop("web")))
    for _ in range(windows):
        attempt = shop.gateway.open(payment.merchant_id, PRICE)
        if deposits:
            shop.gateway.issue_deposit(attempt, a_deposit().due)
    return shop, payment


@pytest.mark.parametrize("windows", [400, 1_000])
def test_a_look_at_many_windows_is_one_transaction_of_few_statements(opened: SqlStore, windows: int) -> None:
    """Fails where each attempt is a transaction of its own, or each row a statement."""
    shop, begun = windows_of(opened, windows)
    with traffic_of(opened) as look:
        payment = run(shop.refresher.refresh(begun, "return")).payment
    assert len(payment.attempts) == MAX_MONEYLESS_ATTEMPTS
    assert look.commits == 1
    assert len(look.writes) == 4, look.writes  # the payment; and its attempts, events and messages
    assert len(look.statements) <= 6


@pytest.mark.parametrize("deposits", [False, True], ids=["windows", "accounts"])
def test_a_second_look_without_news_writes_nothing(opened: SqlStore, deposits: bool) -> None:
    shop, begun = windows_of(opened, 400, deposits=deposits)
    first = run(shop.refresher.refresh(begun, "return")).payment
    with traffic_of(opened) as look:
        assert run(shop.refresher.refresh(begun, "return")).payment == first
    assert look.writes == []
    assert len(look.statements) <= 2


def test_the_paid_one_among_many_windows_is_found(opened: SqlStore) -> None:
    """Fails where the windows that are not kept hide the one that took the money."""
    shop, begun = windows_of(opened, 400)
    run(shop.refresher.refresh(begun, "return"))
    last = run(shop.gateway.attempts(begun.merchant_id)).reports[-1].gateway_id
    shop.gateway.approve(last)
    payment = run(shop.refresher.refresh(begun, "return")).payment
    assert payment.accepted is not None
    assert payment.accepted.gateway_id == last
