"""Due payments are refreshed without anybody asking."""

from datetime import timedelta

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, SHOP, begun, bought, deposit, only
from unit.domain.worlds.wire import Fault

from payments.adapters.memory.payments import MemoryPayments
from payments.domain.errors import StorageUnavailable, Unknown
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import DEPOSIT_GRACE, GRACE, LEASE
from payments.domain.use_cases.sweep import Swept

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def swept(world: World, limit: int = 20) -> Swept:
    done: Swept = world.does(world.sweep.sweep(limit))
    return done


def test_a_payment_nobody_told_of_is_known_within_a_minute(world: World) -> None:
    world.pays(begun(world))
    assert swept(world).visited == 0  # it is not due yet
    world.pass_time(30 * SECOND)
    assert (swept(world).changed, only(world).status) == (1, PAID)


def test_looks_come_quickly_at_first_and_then_ever_more_rarely(world: World) -> None:
    begun(world)
    waits = []
    while only(world).status is AWAITING:
        due = only(world).due_at
        assert due
        waits.append(due - world.now())
        world.pass_time(due - world.now())
        swept(world)
    assert waits == [30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE - 18.5 * MINUTE, GRACE]


def test_an_unpaid_payment_expires_after_half_an_hour_and_a_grace(world: World) -> None:
    begun(world)
    world.pass_time(30 * MINUTE + GRACE - SECOND)
    swept(world)
    assert only(world).status is AWAITING
    world.pass_time(SECOND)
    swept(world)
    assert (only(world).status, only(world).reason) == (CANCELLED, "expired")


@pytest.mark.parametrize("fault", Fault)
def test_nothing_expires_while_the_provider_is_silent(world: World, fault: Fault) -> None:
    begun(world)
    world.pass_time(HOUR)
    world.wire.faults.append(fault)
    assert [type(t.error) for t in swept(world).troubles] != []
    assert only(world).status is AWAITING
    world.recovers()
    assert only(world).status is CANCELLED


def test_a_deposit_waits_until_it_is_due_and_is_then_revoked(world: World) -> None:
    deposit(world)
    world.pass_time(2 * HOUR + DEPOSIT_GRACE - SECOND)
    swept(world)
    assert only(world).status is AWAITING
    world.pass_time(SECOND)
    swept(world)
    assert only(world).status is CANCELLED
    assert [r.deposit for r in world.truth()] == [None]  # revoked at the provider too


def test_a_failed_payment_does_not_expire_and_a_late_approval_pays_it(world: World) -> None:
    payment = begun(world)
    attempt = world.opens(payment)
    world.provider.decline(attempt)
    world.pass_time(HOUR)
    swept(world)
    assert only(world).status is FAILED
    world.provider.approve(attempt)
    world.recovers()
    assert only(world).status is PAID


def test_a_closed_payment_is_watched_for_late_money(world: World) -> None:
    payment = begun(world)
    attempt = world.opens(payment)
    world.does(world.checkout.cancel(ANN, payment.merchant_id))
    world.pass_time(HOUR)
    world.provider.approve(attempt)
    for _ in range(2):  # the first look finds it, the second sees it gone
        swept(world)
    assert [r.remaining for r in world.truth()] == [0]


def test_trouble_with_one_payment_does_not_keep_the_others_waiting(world: World) -> None:
    for order in ("one", "two", "three"):
        world.pays(begun(world, order=order))
    world.pass_time(MINUTE)
    world.provider.trouble("attempts", Unknown("no answer"))
    done = swept(world)
    assert (done.visited, done.changed, len(done.troubles)) == (3, 2, 1)
    world.pass_time(30 * SECOND)
    assert swept(world).changed == 1  # nor does the trouble wait for the lease to end


def test_a_look_without_an_answer_does_not_count(world: World) -> None:
    begun(world)
    world.pass_time(MINUTE)
    world.provider.trouble("attempts", Unknown("no answer"))
    swept(world)
    assert (only(world).checks, only(world).due_at) == (0, world.now() + 30 * SECOND)


def test_a_sweep_takes_no_more_than_its_limit_and_the_longest_due_first(world: World) -> None:
    for order in ("one", "two", "three"):
        begun(world, order=order)
        world.pass_time(SECOND)
    world.pass_time(MINUTE)
    assert swept(world, limit=2).visited == 2
    assert [p.checks for p in world.payments()] == [1, 1, 0]


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(world: World) -> None:
    begun(world)
    world.pass_time(MINUTE)
    world.start(world.sweep.sweep()).run(2)  # claimed, and then it hangs
    assert swept(world).visited == 0
    world.pass_time(LEASE - SECOND)
    assert swept(world).visited == 0
    world.pass_time(SECOND)
    assert swept(world).visited == 1


def test_an_open_refund_is_pushed_until_its_outcome_is_known(world: World) -> None:
    payment = bought(world)
    world.provider.trouble("refund", Unknown("no answer"), times=3)
    world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=5_000)))
    world.recovers()
    assert [(r.amount, r.status) for r in only(world).refunds] == [(5_000, RefundStatus.DONE)]


def test_a_payment_made_due_during_its_visit_is_visited_again_at_once(world: World) -> None:
    """The hint came after the provider was asked: a visit that plans over it would wait for up to a week."""
    payment = begun(world)
    world.pass_time(MINUTE)
    visit = world.start(world.sweep.sweep())
    while visit.at != "after attempts":
        visit.step()
    world.time += SECOND
    world.pays(payment)
    world.does(world.refresher.refresh_soon(payment.merchant_id))
    visit.run()
    assert only(world).due_at == world.now()
    assert swept(world).changed == 1


def test_a_webhook_does_not_break_the_lease_of_a_visit(world: World) -> None:
    payment = begun(world)
    world.pass_time(MINUTE)
    visit = world.start(world.sweep.sweep()).run(2)
    world.does(world.refresher.refresh_soon(payment.merchant_id))
    assert swept(world).visited == 0
    visit.run()


def test_a_slow_batch_renews_the_lease_of_each_payment_before_its_visit(world: World) -> None:
    """Twenty payments of a slow provider take longer than one lease: others would visit the last ones too."""
    for order in ("one", "two"):
        begun(world, order=order)
    world.pass_time(MINUTE)
    slow = world.start(world.sweep.sweep())
    while slow.at != "after attempts":
        slow.step()
    world.time += LEASE - MINUTE
    while slow.at != "after renew":
        slow.step()
    world.time += 2 * MINUTE
    claimed = world.does(world.checkout.payments.claim(world.now(), world.now() + LEASE, 20))
    assert [payment.order for payment in claimed] == ["one"]  # it was visited, and is due again
    assert slow.run().result.visited == 2


def test_a_payment_whose_lease_was_lost_is_left_to_whoever_has_it(world: World) -> None:
    for order in ("one", "two"):
        begun(world, order=order)
    world.pass_time(MINUTE)
    slow = world.start(world.sweep.sweep())
    while slow.at != "after attempts":
        slow.step()
    world.time += LEASE
    assert swept(world).visited == 2
    assert slow.run().result.visited == 1


def test_a_store_that_cannot_release_a_lease_does_not_keep_the_others_waiting(world: World) -> None:
    for order in ("one", "two"):
        world.pays(begun(world, order=order))
    world.pass_time(MINUTE)
    with pytest.MonkeyPatch.context() as patch:

        async def failing(*_: object) -> None:
            raise StorageUnavailable("no answer")

        patch.setattr(MemoryPayments, "release", failing)
        done = swept(world)
    assert (done.visited, done.changed, len(done.troubles)) == (2, 2, 2)
    assert {(trouble.merchant_id, str(trouble.error)) for trouble in done.troubles} == {
        (payment.merchant_id, "no answer") for payment in world.payments()
    }
