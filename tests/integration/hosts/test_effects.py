"""Handlers of a host program on SQLAlchemy: each effect once, in the host's transaction, on both databases."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment
from sqlalchemy.orm import Session, sessionmaker

from payments.adapters.sql.processed import InTransaction, host_session, processed_messages
from payments.domain.messages import Message
from payments.entrypoints.hosts.effects import Handlers, Happened, Once
from payments.testing.at_once import at_once

METADATA = sa.MetaData()
ORDERS = sa.Table(
    "shop_orders", METADATA, sa.Column("pk", sa.String(64), primary_key=True), sa.Column("paid", sa.Integer)
)
PROCESSED = processed_messages(METADATA)


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest, tmp_path) -> Iterator[sessionmaker[Session]]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/shop.db" if sqlite else request.getfixturevalue("postgresql_url")
    engine = sa.create_engine(sa.make_url(url).set(drivername="sqlite" if sqlite else "postgresql+psycopg"))
    METADATA.create_all(engine)
    made = sessionmaker(engine)
    with made.begin() as session:
        session.execute(sa.insert(ORDERS), {"pk": "order-1", "paid": 0})
    yield made
    engine.dispose()


@pytest.fixture
def message() -> Message:
    payment = a_payment(at=NOON, order="order-1")
    return Message.about(payment, payment.new_events[0])


def times_paid(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.execute(sa.select(ORDERS.c.paid)).scalar_one()


def counting(happened: Happened) -> None:
    host_session().execute(sa.update(ORDERS).where(ORDERS.c.pk == happened.order).values(paid=ORDERS.c.paid + 1))


def subscriber(once: Once, *handlers):
    made = Handlers()
    for handler in handlers:
        made.on("payment.begun")(handler)
    return made.subscriber(once)


def test_a_message_that_comes_twice_changes_the_hosts_table_once(sessions, message):
    deliver = subscriber(InTransaction(sessions, PROCESSED), counting)
    deliver(message)
    deliver(message)
    assert times_paid(sessions) == 1


def test_what_a_failing_handler_wrote_is_rolled_back_with_its_note(sessions, message):
    failing = [True]

    def fails_once(happened: Happened) -> None:
        counting(happened)
        if failing:
            raise RuntimeError

    deliver = subscriber(InTransaction(sessions, PROCESSED), fails_once)
    with pytest.raises(RuntimeError):
        deliver(message)
    assert times_paid(sessions) == 0
    failing.clear()
    deliver(message)
    assert times_paid(sessions) == 1


def test_two_deliveries_at_a_time_are_one_effect(sessions, message):
    deliver = subscriber(InTransaction(sessions, PROCESSED), counting)
    at_once(*[lambda: deliver(message)] * 2)
    assert times_paid(sessions) == 1


def test_a_handler_is_told_what_happened_in_plain_values(message):
    told: list[Happened] = []

    def note(message_id: str, handler: str, effect) -> None:
        assert message_id == message.id
        assert handler.endswith("append")
        effect()

    subscriber(note, told.append)(message)
    (happened,) = told
    assert (happened.kind, happened.order, happened.price) == ("payment.begun", "order-1", 12_000)
    assert happened.at == NOON


def test_outside_of_a_handler_there_is_no_session():
    with pytest.raises(LookupError):
        host_session()
