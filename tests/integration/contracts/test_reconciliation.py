"""What no payment explains, over every store: orphans are booked and held, foreign captures are counted."""

from datetime import timedelta

import pytest

from payments import testing
from payments.domain.errors import Unknown
from payments.domain.money import Money
from payments.domain.ports import Store
from payments.domain.use_cases.reconciliation import SETTLED_AFTER
from payments.domain.values import Caller, GatewayId
from payments.entrypoints.blocking import run

SHOP = Caller.shop("contract")
PRICE = Money(12_000)
NO_ANSWER = Unknown("The provider did not answer.")


@pytest.fixture
def shop(store: Store) -> testing.Shop:
    return testing.shop(store=store)


def captured_elsewhere(shop: testing.Shop, merchant_id: str) -> GatewayId:
    attempt = shop.gateway.open(merchant_id, PRICE)
    shop.gateway.approve(attempt)
    return attempt


def test_a_capture_under_our_prefix_without_a_payment_is_an_orphan_and_held(shop: testing.Shop) -> None:
    attempt = captured_elsewhere(shop, "m_lost")
    assert run(shop.reconciliation.recent()).changed == 1
    assert run(shop.reconciliation.recent()).changed == 0
    assert [orphan.gateway_id for orphan in run(shop.refunds.orphans_page(SHOP))] == [attempt]
    shop.clock.advance(days=9)
    shop.work()
    assert "refund" not in shop.gateway.calls
    run(shop.refunds.hold_orphan(SHOP, attempt, "restored by hand"))
    assert run(shop.refunds.orphans_page(SHOP)) == []


def test_an_orphan_refunded_in_the_console_is_told_by_the_sweep(shop: testing.Shop) -> None:
    attempt = captured_elsewhere(shop, "m_lost")
    run(shop.reconciliation.recent())
    shop.gateway.refund_in_console(attempt)
    shop.clock.advance(hours=2)
    shop.work()
    orphan = run(shop.store.orphans.find(attempt))
    assert orphan is not None
    assert (orphan.is_open, orphan.version) == (False, 2)


def test_a_capture_under_another_prefix_is_counted_and_left_alone(shop: testing.Shop) -> None:
    attempt = captured_elsewhere(shop, "another-systems-order")
    done = run(shop.reconciliation.recent())
    assert (done.foreign, done.changed) == (1, 0)
    assert run(shop.store.orphans.find(attempt)) is None
    assert run(shop.refunds.strays(SHOP)) == []


def test_a_reconciliation_without_an_answer_begins_there_again(shop: testing.Shop) -> None:
    run(shop.reconciliation.catch_up())
    reached = run(shop.store.payments.reconciled_until())
    assert reached == shop.clock.now() - SETTLED_AFTER
    shop.gateway.trouble("listing", NO_ANSWER)
    shop.clock.advance(minutes=1)
    with pytest.raises(Unknown):
        run(shop.reconciliation.catch_up())
    assert run(shop.store.payments.reconciled_until()) == reached
    run(shop.reconciliation.catch_up())
    assert run(shop.store.payments.reconciled_until()) == reached + timedelta(minutes=1)
