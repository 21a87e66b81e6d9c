"""Rows that somebody changed by hand until they tell of no possible payment: the others must not suffer."""

import logging
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, paid

from payments.adapters.sql.schema.tables import attempts, payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

LATER, UNTIL = NOON + timedelta(days=1), NOON + timedelta(days=2)
BROKEN = {
    "a method of nobody's": sa.update(payments).values(method="shells"),
    "a currency that is none": sa.update(payments).values(currency="XXX"),
    "all gone of what is left": sa.update(attempts).values(refunded=attempts.c.amount),
    "a history that is none": sa.update(attempts).values(history="{"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_payment_with_invalid_rows_does_not_stop_the_others(url: str, how, caplog):
    """Fails where one such row stops every sweep, for it is always among the longest due."""
    with closing(open_store(url, Mode.TEST)) as store:
        _others_are_claimed(store, BROKEN[how], caplog)


def _others_are_claimed(store: SqlStore, broken: sa.Update, caplog: pytest.LogCaptureFixture) -> None:
    bad, good = (run(store.payments.add(a_payment(at=NOON + timedelta(minutes=n)))) for n in range(2))
    run(store.payments.update(bad.merchant_id, lambda p: paid(p).scheduled(NOON)))
    mine = broken.table.c.merchant_id == bad.merchant_id
    store.database.write(lambda c: c.execute(broken.where(mine)))
    with caplog.at_level(logging.ERROR):
        assert [p.merchant_id for p in run(store.payments.claim(LATER, UNTIL, 10))] == [good.merchant_id]
    assert bad.merchant_id in caplog.text
    assert run(store.payments.claim(LATER, UNTIL, 10)) == []  # it waits as long as any other
