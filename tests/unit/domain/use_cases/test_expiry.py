"""Expiry: no new window is given, but what the provider shows within the grace still pays."""

from datetime import datetime, timedelta

import pytest
from unit.domain.worlds.laws import at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, begun, deposit, kept, only

from payments.domain.event import EventKind
from payments.domain.machine import AWAITING, CANCELLED, PAID
from payments.domain.ports import Attempts
from payments.domain.schedule import DEPOSIT_GRACE, EXPIRES_AFTER, GRACE

SECOND = timedelta(seconds=1)


def sweeping_until(world: World, end: datetime) -> None:
    """Sweep whenever something is due until *end*, and at *end*."""
    while (due := only(world).due_at) and due <= end:
        world.time = max(due, world.now())
        world.does(world.sweep.sweep())
    world.time = end
    world.does(world.sweep.sweep())


@pytest.mark.parametrize("seen_after", [SECOND, 20 * SECOND, GRACE - SECOND, GRACE], ids=str)
def test_money_paid_in_the_last_seconds_pays_although_it_is_seen_after_the_expiry(
    world: World, seen_after: timedelta
) -> None:
    """A replica shows the capture late: closed at the expiry, an honest buyer's payment was taken back as "late"."""
    payment = begun(world)
    attempt = world.opens(payment)
    world.pass_time(EXPIRES_AFTER - 10 * SECOND)
    before = world.truth()
    world.provider.approve(attempt)
    world.wire.replaced["attempts"] = lambda *_: Attempts(tuple(before))
    sweeping_until(world, payment.expiry + seen_after - SECOND)
    assert only(world).status is AWAITING
    del world.wire.replaced["attempts"]
    sweeping_until(world, payment.expiry + seen_after)
    world.recovers()
    at_last(world)
    assert (only(world).status, kept(world)) == (PAID, 12_000)


def test_a_deposit_that_the_bank_reports_hours_late_pays(world: World) -> None:
    """A deposit cannot go back by itself: to close its payment a minute early costs a person's afternoon."""
    payment, attempt = deposit(world)
    sweeping_until(world, payment.expiry)
    world.time = only(world).deposits[0].due + DEPOSIT_GRACE - SECOND
    world.provider.deposit(attempt)
    world.time += SECOND
    world.recovers()
    assert (only(world).status, only(world).refunds) == (PAID, ())


def test_the_door_closes_right_after_the_grace(world: World) -> None:
    payment = begun(world)
    sweeping_until(world, payment.expiry + GRACE - SECOND)
    assert (only(world).status, only(world).due_at) == (AWAITING, payment.expiry + GRACE)
    sweeping_until(world, payment.expiry + GRACE)
    assert (only(world).status, only(world).reason) == (CANCELLED, "expired")


def test_after_a_cancel_a_capture_is_late_and_goes_back(world: World) -> None:
    """The buyer asked for the money not to be taken: no grace for that."""
    payment = begun(world)
    attempt = world.opens(payment)
    world.does(world.checkout.cancel(ANN, payment.merchant_id))
    world.provider.approve(attempt)
    world.recovers()
    at_last(world)
    assert (only(world).status, kept(world)) == (CANCELLED, 0)


def test_beginning_again_in_the_grace_gives_the_whole_time_again(world: World) -> None:
    payment = begun(world)
    sweeping_until(world, payment.expiry + GRACE / 2)
    again = begun(world)
    assert (again.merchant_id, again.expires_at) == (payment.merchant_id, world.now() + EXPIRES_AFTER)


def test_an_order_that_nobody_was_told_of_ends_with_its_whole_story(world: World) -> None:
    """Prepare never answered, so the id is in no list and no message. When it ends, it ends for everybody to see."""
    world.time += SECOND
    process = world.start(world.begin())
    while process.at != "before prepare":
        process.step()
    process.kill()
    payment = only(world)
    assert (payment.version, world.timeline(payment.merchant_id)) == (0, [])
    sweeping_until(world, payment.expiry + GRACE)
    assert [e.kind for e in world.timeline(payment.merchant_id)] == [EventKind.BEGUN, EventKind.CLOSED]


def test_an_answer_from_before_the_end_of_the_grace_closes_nothing(world: World) -> None:
    """The provider took seconds to answer: what was paid in them is not in the answer."""
    payment = begun(world)
    attempt = world.opens(payment)
    world.time = payment.expiry + GRACE - SECOND
    visit = world.start(world.sweep.sweep())
    while visit.at != "after attempts":
        visit.step()
    world.provider.approve(attempt)
    world.time += 5 * SECOND
    visit.run()
    assert only(world).status is AWAITING
    world.recovers()
    assert (only(world).status, kept(world)) == (PAID, 12_000)
