"""The worker's reconciliation: complete, moved along by the settled past only, and stopped by no single row."""

from datetime import timedelta

import attrs
import pytest
from support.shops import Overridden, begun, captured

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import Unknown
from payments.domain.machine import Status
from payments.domain.ports import Gateways, ListingPage
from payments.domain.use_cases.reconciliation import SETTLED_AFTER, Reconciliation
from payments.domain.values import DEFAULT_PROVIDER, GatewayId
from payments.entrypoints.blocking import run
from payments.entrypoints.worker.reconciling import CatchingUp, Reconciling, ReconcilingDeep
from payments.testing import Shop


def orphan(shop: Shop, gateway_id: GatewayId):
    return run(shop.store.orphans.find(gateway_id))


def with_broken_update(shop: Shop, update) -> Reconciliation:
    payments = Overridden(shop.store.payments, update=update)
    refresher = attrs.evolve(shop.refresher, payments=payments)
    return attrs.evolve(shop.reconciliation, refresher=refresher)


def test_money_without_a_payment_is_found_within_one_interval(shop):
    lost = captured(shop, "m_lost")
    assert Reconciling(shop.reconciliation, 45.0)() == 45.0
    assert orphan(shop, lost)


def test_a_mark_in_the_future_does_not_stop_the_newest_minutes(shop):
    """A worker whose clock was a day ahead must not stop the others from finding money for a day."""
    run(shop.store.payments.move_reconciled_until(shop.clock.now() + timedelta(days=1)))
    lost = captured(shop, "m_lost")
    Reconciling(shop.reconciliation, 45.0)()
    assert orphan(shop, lost)


def test_a_row_that_cannot_be_recorded_hides_no_later_row_and_is_logged_once(shop, caplog):
    first, second = begun(shop, "o1"), begun(shop, "o2")
    for payment in (first, second):
        captured(shop, payment.merchant_id)
    update = shop.store.payments.update

    async def poisoned(merchant_id, change):
        if merchant_id == first.merchant_id:
            raise ZeroDivisionError
        return await update(merchant_id, change)

    step = Reconciling(with_broken_update(shop, poisoned), 45.0)
    for _ in range(3):
        step()
        shop.clock.advance(minutes=1)
    assert run(shop.store.payments.get(second.merchant_id)).status is Status.PAID
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_unusable_rows_are_logged_once(shop, caplog):
    async def listing(since, until, page):
        return ListingPage((), 1, 1, ("imp_9: no status",))

    shop.gateway.listing = listing
    step = Reconciling(shop.reconciliation, 45.0)
    for _ in range(3):
        step()
        shop.clock.advance(minutes=1)
    assert caplog.text.count("imp_9: no status") == 1


def test_after_a_pause_of_all_workers_everything_since_is_compared(shop):
    catching_up = CatchingUp(shop.reconciliation, 600.0)
    catching_up()  # sets the mark
    shop.clock.advance(hours=1)
    lost = captured(shop, "m_lost")
    shop.clock.advance(days=5)
    assert catching_up() == 600.0
    assert orphan(shop, lost)
    assert run(shop.store.payments.reconciled_until()) == shop.clock.now() - SETTLED_AFTER


def test_the_mark_stays_where_the_provider_did_not_answer(shop):
    catching_up = CatchingUp(shop.reconciliation, 600.0)
    catching_up()
    mark = run(shop.store.payments.reconciled_until())
    shop.clock.advance(hours=3)
    shop.gateway.trouble("listing", Unknown("no answer"))
    with pytest.raises(Unknown):
        catching_up()
    assert run(shop.store.payments.reconciled_until()) == mark


def test_deep_reconciliation_finds_what_lies_before_the_mark(shop):
    lost = captured(shop, "m_lost")
    shop.clock.advance(hours=30)
    run(shop.store.payments.move_reconciled_until(shop.clock.now()))
    Reconciling(shop.reconciliation, 45.0)()
    assert orphan(shop, lost) is None
    assert ReconcilingDeep(shop.reconciliation, 60.0, timedelta(days=3))() == 60.0
    assert orphan(shop, lost)


def test_payments_of_another_installation_are_counted_and_not_booked(shop):
    foreign = captured(shop, "other-system-1")
    done = run(shop.reconciliation.recent())
    assert (done.foreign, orphan(shop, foreign)) == (1, None)


def test_a_provider_that_does_not_answer_is_named_once_beside_what_the_other_told(shop, caplog):
    second = MemoryGateway(shop.clock.now, provider="second")
    gateways = Gateways({"second": second, DEFAULT_PROVIDER: shop.gateway})
    lost = captured(shop, "m_lost")
    second.trouble("listing", Unknown("down"), times=3)
    step = Reconciling(attrs.evolve(shop.reconciliation, gateways=gateways), 45.0)
    with caplog.at_level("INFO"):
        for _ in range(3):
            step()
    assert orphan(shop, lost)
    told = [record.getMessage() for record in caplog.records if "second" in record.getMessage()]
    assert told == ["reconcile: 1 checked, 1 changed; second does not answer: gateway-unknown"]
