"""Paid payments at rest: looked at a few times in a year, because a refund in the console may send no webhook."""

from datetime import timedelta

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, bought, only

from payments.domain.machine import PAID
from payments.domain.schedule import PAID_CHECKS

DAY = timedelta(days=1)


def test_a_partial_refund_in_the_console_is_found_without_a_webhook(world: World) -> None:
    """The provider keeps the row `paid` and at its old place in the list: nothing but a look would ever show it."""
    bought(world)
    world.provider.refund_in_console(world.attempts[0], 5_000)
    world.time += 7 * DAY
    world.does(world.sweep.sweep())
    assert (only(world).status, only(world).refunded) == (PAID, 5_000)


def test_it_is_looked_at_seven_times_in_a_year_and_never_again(world: World) -> None:
    payment = bought(world)
    paid_at, ages = only(world).paid_at, []
    while (due := only(world).due_at) is not None:
        world.time = due
        assert world.does(world.sweep.sweep()).visited == 1
        ages.append(due - paid_at)
    assert tuple(ages[1:]) == PAID_CHECKS
    assert ages[0] < timedelta(minutes=1)  # once more, right after it was paid
    assert len(world.timeline(payment.merchant_id)) == payment.version + 1


@pytest.mark.parametrize("limit", [1, 2])
def test_what_may_still_change_comes_first(world: World, limit: int) -> None:
    """Thousands of paid payments fall due together; the one with a buyer in front of it must not stand behind them."""
    for order in "abc":
        world.does(world.refresher.refresh_attempt(world.pays(begun(world, order=order)), "webhook"))
    world.pass_time(timedelta(minutes=1))
    world.does(world.sweep.sweep())
    world.time += 8 * DAY
    begun(world, order="new")
    world.pass_time(timedelta(minutes=1))
    world.pays(world.payments()[-1])
    world.does(world.sweep.sweep(limit))
    assert world.payments()[-1].status is PAID
