"""The worker's reconciliation: once per interval, complete, and stopped by no single row."""

from datetime import timedelta

import pytest
from support.shops import Overridden, begun, captured

from payments.domain.errors import PaymentNotFound
from payments.domain.machine import Status
from payments.domain.ports import ListingPage
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.reconciling import Reconciling, ReconcilingDeep


def test_reconciliation_runs_once_per_interval_however_many_workers_there_are(shop):
    steps = [Reconciling(shop.sweep, 45.0) for _ in range(3)]
    steps[0]()
    shop.clock.advance(seconds=30)
    assert [step() for step in steps] == [15.0] * 3
    assert shop.gateway.calls.count("listing") == 1
    shop.clock.advance(seconds=15)
    assert steps[2]() == 45.0
    assert shop.gateway.calls.count("listing") == 2


def test_a_clock_behind_the_reconciled_until_does_not_stop_reconciliation(shop):
    """A worker whose clock was a day ahead must not stop the others from reconciling for a day."""
    run(shop.store.payments.move_reconciled_until(shop.clock.now() + timedelta(days=1)))
    assert Reconciling(shop.sweep, 45.0)() == 45.0
    captured(shop, "m_lost")
    Reconciling(shop.sweep, 45.0)()
    assert run(shop.store.payments.get("m_lost")).attempts


def test_a_row_that_cannot_be_recorded_hides_no_later_row_and_is_logged_once(shop, caplog):
    first, second = begun(shop, "o1"), begun(shop, "o2")
    for payment in (first, second):
        captured(shop, payment.merchant_id)
    update = shop.store.payments.update

    async def poisoned(merchant_id, change):
        if merchant_id == first.merchant_id:
            raise ZeroDivisionError
        return await update(merchant_id, change)

    object.__setattr__(shop.checkout, "payments", Overridden(shop.store.payments, update=poisoned))
    step = Reconciling(shop.sweep, 45.0)
    for _ in range(3):
        step()
        shop.clock.advance(minutes=1)
    assert run(shop.store.payments.get(second.merchant_id)).status is Status.PAID
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_unusable_rows_are_logged_once(shop, caplog):
    async def listing(since, until, page):
        return ListingPage((), 1, ("imp_9: no status",))

    shop.gateway.listing = listing
    step = Reconciling(shop.sweep, 45.0)
    for _ in range(3):
        step()
        shop.clock.advance(minutes=1)
    assert caplog.text.count("imp_9: no status") == 1


def test_deep_reconciliation_finds_what_lies_before_the_reconciled_until(shop):
    captured(shop, "m_lost")
    shop.clock.advance(hours=30)
    run(shop.store.payments.move_reconciled_until(shop.clock.now()))
    Reconciling(shop.sweep, 45.0)()
    with pytest.raises(PaymentNotFound):
        run(shop.store.payments.get("m_lost"))
    assert ReconcilingDeep(shop.sweep, 60.0, timedelta(days=3))() == 60.0
    assert run(shop.store.payments.get("m_lost")).attempts


def test_deep_reconciliation_never_leaves_a_gap_after_an_old_reconciled_until(shop):
    """After five days without a worker, three days would pass over the first two, and move the reconciled_until."""
    run(shop.store.payments.move_reconciled_until(shop.clock.now()))
    shop.clock.advance(hours=2)
    captured(shop, "m_lost")
    shop.clock.advance(days=5)
    ReconcilingDeep(shop.sweep, 60.0, timedelta(days=3))()
    assert run(shop.store.payments.get("m_lost")).attempts


def test_payments_before_the_first_reconciliation_are_not_ours(shop):
    captured(shop, "m_other_system")
    shop.clock.advance(hours=5)
    assert ReconcilingDeep(shop.sweep, 60.0, timedelta(days=3))() == 60.0
    assert "listing" not in shop.gateway.calls
