"""A row at the provider that no report can be made of: told, in the way of nothing else, and never taken for unpaid."""

from datetime import timedelta

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, SHOP, UseCase, begun, only
from unit.domain.worlds.wire import Fault

from payments.domain.errors import AttemptUnreadable
from payments.domain.event import EventKind
from payments.domain.machine import AWAITING, CANCELLED, PAID
from payments.domain.payment import MAX_UNREADABLE_EVENTS, Payment
from payments.domain.ports import AlarmKind, Attempts
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import LONGEST_AT_WORK
from payments.domain.values import GatewayId

DAY = timedelta(days=1)


def unreadable(world: World) -> tuple[Payment, GatewayId]:
    """A payment with a window whose row cannot be read: a status that was added later, an amount of 0."""
    payment = begun(world)
    attempt = world.opens(payment)
    world.provider.make_unreadable(attempt)
    return payment, attempt


def visits(world: World, days: int) -> int:
    """Sweep whenever something is due, and return how often a payment was visited."""
    end, count = world.now() + days * DAY, 0
    while (due := only(world).due_at) and due <= end:
        world.time = max(due, world.now())
        count += world.does(world.sweep.sweep()).visited
    world.time = end
    return count


# ---- what is beside it ----


def test_an_unreadable_row_does_not_hide_the_paid_one_beside_it(world: World) -> None:
    payment, _ = unreadable(world)
    world.pays(payment)
    refreshed = world.does(world.refresher.refresh(payment, "test"))
    assert (refreshed.payment.status, refreshed.complete) == (PAID, False)


def test_a_decline_beside_an_unreadable_row_fails_nothing(world: World) -> None:
    payment, _ = unreadable(world)
    world.provider.decline(world.opens(payment))
    seen = world.does(world.checkout.abandon(ANN, payment.merchant_id))
    assert (seen.payment.status, seen.confirmed) == (AWAITING, False)


def test_refunds_go_on_beside_an_unreadable_row(world: World) -> None:
    payment, _ = unreadable(world)
    for window in [world.opens(payment), world.opens(payment)]:
        world.provider.approve(window)
    world.does(world.refresher.refresh(payment, "test"))
    world.pass_time(LONGEST_AT_WORK)
    world.does(world.sweep.sweep())
    assert [report.remaining for report in world.truth()] == [0, 12_000, 0]


# ---- it is told, and waits for a person ----


def test_it_is_told_once_however_often_it_is_met(world: World) -> None:
    payment, attempt = unreadable(world)
    visits(world, 30)
    told = [e.reason for e in world.timeline(payment.merchant_id) if e.kind is EventKind.ATTEMPT_UNREADABLE]
    assert len(told) == 1
    assert attempt in told[0]
    assert attempt in only(world).unreadable
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.ROW_UNREADABLE]


def flaps(world: World, times: int) -> None:
    """One look can read the row, and the next cannot."""
    for number in range(times):
        world.provider.make_unreadable(world.attempts[0], readable=number % 2 == 0)
        world.does(world.refresher.refresh(only(world), "test"))


def events_of_unreadable_rows(world: World) -> int:
    return sum(e.kind is EventKind.ATTEMPT_UNREADABLE for e in world.timeline(only(world).merchant_id))


def test_a_row_that_is_readable_now_and_then_is_told_once(world: World) -> None:
    unreadable(world)
    flaps(world, 20)
    assert events_of_unreadable_rows(world) == 1
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.ROW_UNREADABLE]
    assert only(world).unreadable, "the last look could not read it"


def test_another_row_that_cannot_be_read_is_news(world: World) -> None:
    payment, _ = unreadable(world)
    world.does(world.refresher.refresh(payment, "test"))
    world.provider.make_unreadable(world.opens(payment))
    world.does(world.refresher.refresh(payment, "test"))
    assert events_of_unreadable_rows(world) == 2
    assert len(world.alarms.raised) == 2


def test_a_provider_that_words_it_anew_each_time_fills_no_timeline(world: World) -> None:
    payment, _ = unreadable(world)
    for number in range(3 * MAX_UNREADABLE_EVENTS):
        odd = Attempts((), (f"row {number} cannot be read",))
        world.wire.replaced["attempts"] = lambda *_, odd=odd: odd
        world.does(world.refresher.refresh(payment, "test"))
    assert events_of_unreadable_rows(world) == MAX_UNREADABLE_EVENTS
    assert only(world).unreadable == f"row {3 * MAX_UNREADABLE_EVENTS - 1} cannot be read"


def test_it_is_never_taken_for_unpaid_and_does_not_take_the_providers_calls_from_others(world: World) -> None:
    """Every 30 seconds for ever, it was asked about 5,760 times in two days."""
    unreadable(world)
    assert visits(world, 2) <= 12
    assert visits(world, 58) <= 10
    assert only(world).status is AWAITING


def test_a_refund_on_a_row_that_cannot_be_read_backs_off_too(world: World) -> None:
    """Found by the simulation on V2, whose adapter says that the outcome is unknown: every 10 minutes, for ever."""
    payment = begun(world)
    attempt = world.opens(payment)
    world.provider.approve(attempt)
    world.does(world.refresher.refresh(payment, "test"))
    world.wire.faults = [Fault.LATE]
    world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="변심")))
    world.provider.make_unreadable(attempt)
    assert visits(world, 2) <= 12
    assert visits(world, 58) <= 10
    assert only(world).open_refunds


def test_it_expires_as_any_other_once_it_can_be_read(world: World) -> None:
    _, attempt = unreadable(world)
    visits(world, 3)
    world.provider.make_unreadable(attempt, readable=True)
    world.does(world.refresher.refresh_soon(only(world).merchant_id))
    assert world.does(world.sweep.sweep()).changed == 1
    assert (only(world).status, only(world).reason, only(world).unreadable) == (CANCELLED, "expired", "")


def test_it_is_paid_once_it_can_be_read_and_was_paid(world: World) -> None:
    """However late: the buyer paid in time, and only we could not see it."""
    _, attempt = unreadable(world)
    world.provider.approve(attempt)
    visits(world, 20)
    world.provider.make_unreadable(attempt, readable=True)
    world.recovers()
    assert only(world).status is PAID


# ---- closing it needs a person ----


def closing(world: World, how: str) -> UseCase:
    payment, _ = unreadable(world)
    if how == "another price":
        return world.begin(amount=20_000)
    return world.checkout.cancel({"buyer": ANN, "forcing buyer": ANN}.get(how, SHOP), payment.merchant_id,
                                 force="forc" in how)  # fmt: skip


@pytest.mark.parametrize("how", ["buyer", "shop", "forcing buyer", "another price"])
def test_it_is_not_closed_beside_a_row_that_may_be_money(world: World, how: str) -> None:
    with pytest.raises(AttemptUnreadable):
        world.does(closing(world, how))
    assert only(world).status is AWAITING


def test_an_operator_closes_it_by_force_and_money_found_later_goes_back(world: World) -> None:
    assert world.does(closing(world, "the shop by force")).status is CANCELLED
    world.provider.approve(world.attempts[0])
    world.provider.make_unreadable(world.attempts[0], readable=True)
    world.recovers()
    assert [report.remaining for report in world.truth()] == [0]


def test_the_same_order_begun_again_is_the_same_payment(world: World) -> None:
    payment, _ = unreadable(world)
    visits(world, 1)
    assert begun(world).merchant_id == payment.merchant_id


def test_force_closes_no_paid_payment(world: World) -> None:
    payment, _ = unreadable(world)
    world.pays(payment)
    with pytest.raises(Exception, match="paid"):
        world.does(world.checkout.cancel(SHOP, payment.merchant_id, force=True))
    assert only(world).status is PAID
