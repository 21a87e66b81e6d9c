"""The worker's reconciliation: complete, moved along by the settled past only, and stopped by no single row."""

from datetime import timedelta

import attrs
import pytest
from support.world import Overridden, World

from payments.domain.errors import Unknown
from payments.domain.machine import Status
from payments.domain.ports import ListingPage
from payments.domain.use_cases.reconciliation import SETTLED_AFTER, Reconciliation
from payments.domain.values import GatewayId
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.reconciling import CatchingUp, Reconciling, ReconcilingDeep


@pytest.fixture
def world() -> World:
    return World()


def orphan(world: World, gateway_id: GatewayId):
    return run(world.store.orphans.find(gateway_id))


def with_broken_update(world: World, update) -> Reconciliation:
    payments = Overridden(world.store.payments, update=update)
    refresher = attrs.evolve(world.refresher, payments=payments)
    return attrs.evolve(world.reconciliation, refresher=refresher)


def test_money_without_a_payment_is_found_within_one_interval(world):
    lost = world.captured_at_the_provider("m_lost")
    assert Reconciling(world.reconciliation, 45.0)() == 45.0
    assert orphan(world, lost)


def test_a_mark_in_the_future_does_not_stop_the_newest_minutes(world):
    """A worker whose clock was a day ahead must not stop the others from finding money for a day."""
    run(world.store.payments.move_reconciled_until(world.clock.now() + timedelta(days=1)))
    lost = world.captured_at_the_provider("m_lost")
    Reconciling(world.reconciliation, 45.0)()
    assert orphan(world, lost)


def test_a_row_that_cannot_be_recorded_hides_no_later_row_and_is_logged_once(world, caplog):
    first, second = world.begun("o1"), world.begun("o2")
    for payment in (first, second):
        world.captured_at_the_provider(payment.merchant_id)
    update = world.store.payments.update

    async def poisoned(merchant_id, change):
        if merchant_id == first.merchant_id:
            raise ZeroDivisionError
        return await update(merchant_id, change)

    step = Reconciling(with_broken_update(world, poisoned), 45.0)
    for _ in range(3):
        step()
        world.clock.advance(minutes=1)
    assert run(world.store.payments.get(second.merchant_id)).status is Status.PAID
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_unusable_rows_are_logged_once(world, caplog):
    async def listing(since, until, page):
        return ListingPage((), 1, 1, ("imp_9: no status",))

    world.gateway.listing = listing
    step = Reconciling(world.reconciliation, 45.0)
    for _ in range(3):
        step()
        world.clock.advance(minutes=1)
    assert caplog.text.count("imp_9: no status") == 1


def test_after_a_pause_of_all_workers_everything_since_is_compared(world):
    catching_up = CatchingUp(world.reconciliation, 600.0)
    catching_up()  # sets the mark
    world.clock.advance(hours=1)
    lost = world.captured_at_the_provider("m_lost")
    world.clock.advance(days=5)
    assert catching_up() == 600.0
    assert orphan(world, lost)
    assert run(world.store.payments.reconciled_until()) == world.clock.now() - SETTLED_AFTER


def test_the_mark_stays_where_the_provider_did_not_answer(world):
    catching_up = CatchingUp(world.reconciliation, 600.0)
    catching_up()
    mark = run(world.store.payments.reconciled_until())
    world.clock.advance(hours=3)
    world.gateway.trouble("listing", Unknown("no answer"))
    with pytest.raises(Unknown):
        catching_up()
    assert run(world.store.payments.reconciled_until()) == mark


def test_deep_reconciliation_finds_what_lies_before_the_mark(world):
    lost = world.captured_at_the_provider("m_lost")
    world.clock.advance(hours=30)
    run(world.store.payments.move_reconciled_until(world.clock.now()))
    Reconciling(world.reconciliation, 45.0)()
    assert orphan(world, lost) is None
    assert ReconcilingDeep(world.reconciliation, 60.0, timedelta(days=3))() == 60.0
    assert orphan(world, lost)


def test_payments_of_another_installation_are_counted_and_not_booked(world):
    foreign = world.captured_at_the_provider("other-system-1")
    done = run(world.reconciliation.recent())
    assert (done.foreign, orphan(world, foreign)) == (1, None)
