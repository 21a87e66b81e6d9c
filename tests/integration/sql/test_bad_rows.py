"""Rows that somebody changed by hand until they tell of no possible payment: the others must not suffer."""

import logging
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOON, a_payment, a_report, paid

from payments.adapters.sql.schema.tables import attempts, orphans, payments
from payments.adapters.sql.store import SqlStore, open_store
from payments.domain.orphan import Orphan
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

LATER, UNTIL = NOON + timedelta(days=1), NOON + timedelta(days=2)
SOON = LATER + timedelta(hours=1)
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
    run(store.payments.release(good.merchant_id, UNTIL))
    assert run(store.payments.claim(SOON, UNTIL, 10)) == [good]  # the bad one waits as long as any other


BROKEN_ORPHANS = {
    "a currency that is none": sa.update(orphans).values(currency="XXX"),
    "a history that is none": sa.update(orphans).values(history="{"),
}


@pytest.mark.parametrize("how", BROKEN_ORPHANS)
def test_an_orphan_that_cannot_be_read_does_not_keep_the_others_waiting(url: str, how, caplog):
    with closing(open_store(url, Mode.TEST)) as store:
        for minute, name in enumerate(("bad", "good")):
            orphan = Orphan.found(a_report(gateway_id=name), NOON + timedelta(minutes=minute), "test")
            run(store.orphans.update(orphan.gateway_id, lambda _, orphan=orphan: orphan))
        mine = orphans.c.gateway_id == "bad"
        store.database.write(lambda c: c.execute(BROKEN_ORPHANS[how].where(mine)))
        with caplog.at_level(logging.ERROR):
            assert [o.gateway_id for o in run(store.orphans.claim(LATER, UNTIL, 10))] == ["good"]
        assert "orphan bad" in caplog.text
        assert run(store.orphans.claim(SOON, UNTIL, 10)) == []
