"""The few payments that need a person: the same in every book, among the first ones."""

from datetime import timedelta
from typing import Final

import attrs
import sqlalchemy as sa

from benchmarks.books.filling import START
from payments.adapters.sql.payments.refund_rows import refund_row
from payments.adapters.sql.payments.rows import attempt_row, payment_row
from payments.adapters.sql.schema.tables import attempts, payments, refunds
from payments.domain.outside.deciding import GivenBack, record
from payments.domain.payment import Payment
from payments.domain.values import RefundId
from payments.testing.builders import a_payment, a_report, paid, told, with_refund

OF_EACH: Final = 30


def add_specials(url: str) -> None:
    """Add open strays, open refunds, questioned ones, and orders that two buyers paid: OF_EACH of each kind."""
    made = [payment for number in range(OF_EACH) for payment in _specials(number)]
    rows = {
        payments: [payment_row(payment) for payment in made],
        attempts: [attempt_row(payment, attempt) for payment in made for attempt in payment.attempts],
        refunds: [refund_row(payment, place) for payment in made for place in range(len(payment.refunds))],
    }
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table, each in rows.items():
            connection.execute(sa.insert(table), each)
    engine.dispose()


def _specials(number: int) -> list[Payment]:
    def captured(kind: str) -> Payment:
        at = START + timedelta(seconds=number)
        name = f"{kind}-{number}"
        return paid(a_payment(merchant_id=name, buyer=kind, order=name, at=at), gateway_id=name)

    stray = captured("stray")
    first, second = captured("first"), captured("second")
    return [
        told(stray, a_report(stray, gateway_id=f"again-{number}")),
        with_refund(captured("refunding"), refund_id=f"r-{number}"),
        _questioned(captured("questioned"), RefundId(f"q-{number}")),
        first,
        attrs.evolve(second, order=first.order),
    ]


def _questioned(payment: Payment, refund_id: RefundId) -> Payment:
    """Return the payment with money given back elsewhere that may be what the provider shows since."""
    after = record(payment, GivenBack(amount=300, note="by transfer"), refund_id, START, "operator:bench")
    shown = attrs.evolve(payment.attempts[0].report, refunded=300)
    return told(after, shown, at=START + timedelta(days=1))
