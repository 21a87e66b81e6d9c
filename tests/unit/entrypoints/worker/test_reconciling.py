"""The worker's reconciliation: once per interval, complete, and stopped by no single row."""

from datetime import timedelta

import pytest
from support.world import Overridden, World

from payments.domain.errors import PaymentNotFound
from payments.domain.machine import Status
from payments.domain.ports import ListingPage
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.reconciling import Reconciling, ReconcilingDeep


@pytest.fixture
def world() -> World:
    return World()


def test_reconciliation_runs_once_per_interval_however_many_workers_there_are(world):
    steps = [Reconciling(world.sweep, 45.0) for _ in range(3)]
    steps[0]()
    world.clock.advance(seconds=30)
    assert [step() for step in steps] == [15.0] * 3
    assert world.gateway.calls.count("listing") == 1
    world.clock.advance(seconds=15)
    assert steps[2]() == 45.0
    assert world.gateway.calls.count("listing") == 2


def test_a_clock_behind_the_reconciled_until_does_not_stop_reconciliation(world):
    """A worker whose clock was a day ahead must not stop the others from reconciling for a day."""
    run(world.store.payments.move_reconciled_until(world.clock.now() + timedelta(days=1)))
    assert Reconciling(world.sweep, 45.0)() == 45.0
    world.captured_at_the_provider("m_lost")
    Reconciling(world.sweep, 45.0)()
    assert run(world.store.payments.get("m_lost")).attempts


def test_a_row_that_cannot_be_recorded_hides_no_later_row_and_is_logged_once(world, caplog):
    first, second = world.begun("o1"), world.begun("o2")
    for payment in (first, second):
        world.captured_at_the_provider(payment.merchant_id)
    update = world.store.payments.update

    async def poisoned(merchant_id, change):
        if merchant_id == first.merchant_id:
            raise ZeroDivisionError
        return await update(merchant_id, change)

    object.__setattr__(world.checkout, "payments", Overridden(world.store.payments, update=poisoned))
    step = Reconciling(world.sweep, 45.0)
    for _ in range(3):
        step()
        world.clock.advance(minutes=1)
    assert run(world.store.payments.get(second.merchant_id)).status is Status.PAID
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_unusable_rows_are_logged_once(world, caplog):
    async def listing(since, until, page):
        return ListingPage((), 1, ("imp_9: no status",))

    world.gateway.listing = listing
    step = Reconciling(world.sweep, 45.0)
    for _ in range(3):
        step()
        world.clock.advance(minutes=1)
    assert caplog.text.count("imp_9: no status") == 1


def test_deep_reconciliation_finds_what_lies_before_the_reconciled_until(world):
    world.captured_at_the_provider("m_lost")
    world.clock.advance(hours=30)
    run(world.store.payments.move_reconciled_until(world.clock.now()))
    Reconciling(world.sweep, 45.0)()
    with pytest.raises(PaymentNotFound):
        run(world.store.payments.get("m_lost"))
    assert ReconcilingDeep(world.sweep, 60.0, timedelta(days=3))() == 60.0
    assert run(world.store.payments.get("m_lost")).attempts


def test_deep_reconciliation_never_leaves_a_gap_after_an_old_reconciled_until(world):
    """After five days without a worker, three days would pass over the first two, and move the reconciled_until."""
    run(world.store.payments.move_reconciled_until(world.clock.now()))
    world.clock.advance(hours=2)
    world.captured_at_the_provider("m_lost")
    world.clock.advance(days=5)
    ReconcilingDeep(world.sweep, 60.0, timedelta(days=3))()
    assert run(world.store.payments.get("m_lost")).attempts


def test_payments_before_the_first_reconciliation_are_not_ours(world):
    world.captured_at_the_provider("m_other_system")
    world.clock.advance(hours=5)
    assert ReconcilingDeep(world.sweep, 60.0, timedelta(days=3))() == 60.0
    assert "listing" not in world.gateway.calls
