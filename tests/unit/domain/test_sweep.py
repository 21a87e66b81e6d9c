"""What nobody calls: due payments are looked at again, and the provider's own list is walked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from builders import a_payment
from unit.domain.laws import always, at_last
from unit.domain.simulator import Fault, World
from unit.domain.stories import ANN, SHOP, begun, bought, deposit, only, orphan

from payments.adapters.memory.payments import MemoryPayments
from payments.domain.errors import ConcurrentUpdate, ContractViolation, GatewayError, StorageUnavailable, Unknown
from payments.domain.machine import AWAITING, CANCELLED, FAILED, PAID
from payments.domain.payment import Disposition
from payments.domain.ports import ListingPage
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.sweep import OVERLAP, SPAN, Swept
from payments.entrypoints.blocking import run

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@pytest.fixture
def world() -> World:
    return World()


@contextmanager
def failing_once(world: World, method: str, error: Exception) -> Iterator[None]:
    """Have the next such call to the store raise."""
    work = getattr(MemoryPayments, method)
    errors = [error]

    async def failing(self: MemoryPayments, *args: Any) -> Any:
        if errors:
            raise errors.pop()
        return await work(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryPayments, method, failing)
        yield


def swept(world: World, limit: int = 20) -> Swept:
    done: Swept = world.does(world.sweep.sweep(limit))
    return done


# ---- the sweep ----


def test_a_payment_nobody_told_of_is_known_within_a_minute(world: World) -> None:
    world.pays(begun(world))
    assert swept(world).looked == 0  # it is not due yet
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
    assert waits == [30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE - 18.5 * MINUTE]


def test_an_unpaid_payment_expires_after_half_an_hour(world: World) -> None:
    begun(world)
    world.pass_time(30 * MINUTE - SECOND)
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
    world.pass_time(2 * HOUR - SECOND)
    swept(world)
    assert only(world).status is AWAITING
    world.pass_time(30 * MINUTE)
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
    assert (done.looked, done.changed, len(done.troubles)) == (3, 2, 1)
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
    assert swept(world, limit=2).looked == 2
    assert [p.checks for p in world.payments()] == [1, 1, 0]


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(world: World) -> None:
    begun(world)
    world.pass_time(MINUTE)
    world.start(world.sweep.sweep()).run(2)  # claimed, and then it hangs
    assert swept(world).looked == 0
    world.pass_time(2 * MINUTE)
    assert swept(world).looked == 1


def test_an_open_refund_is_pushed_until_its_outcome_is_known(world: World) -> None:
    payment = bought(world)
    world.provider.trouble("refund", Unknown("no answer"), times=3)
    world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=5_000)))
    world.recovers()
    assert [(r.amount, r.status) for r in only(world).refunds] == [(5_000, RefundStatus.DONE)]


# ---- the walk ----


def test_money_under_an_id_nobody_here_knows_is_found_and_held(world: World) -> None:
    orphan(world)
    assert world.does(world.sweep.reconcile()).changed == 1
    assert [a.disposition for a in only(world).attempts] == [Disposition.ORPHAN]


def test_an_unpaid_attempt_under_an_id_nobody_here_knows_is_nothing_to_us(world: World) -> None:
    world.opens(a_payment(merchant_id="stranger"))
    done = world.does(world.sweep.reconcile())
    assert (done.looked, done.changed, done.troubles, world.payments()) == (1, 0, [], [])


def test_a_console_refund_of_a_payment_at_rest_is_found(world: World) -> None:
    bought(world)
    world.pass_time(DAY)
    world.provider.refund_in_console(world.attempts[0], 5_000)
    world.does(world.sweep.reconcile())
    assert only(world).refunded == 5_000


def test_a_walk_that_finds_nothing_new_writes_nothing(world: World) -> None:
    bought(world)
    before = only(world)
    done = world.does(world.sweep.reconcile())
    assert (done.looked, done.changed) == (1, 0)
    assert only(world) is before


def test_every_page_is_walked(world: World) -> None:
    for order in "abcde":
        world.pays(begun(world, order=order))
    assert world.does(world.sweep.reconcile()).changed == 5  # the provider of these tests has two to a page
    assert {p.status for p in world.payments()} == {PAID}


def test_a_row_that_moves_while_the_list_is_walked_does_not_hide_another(world: World) -> None:
    for order in "abcde":
        world.pays(begun(world, order=order))
    walk = world.start(world.sweep.reconcile())
    while walk.at != "after listing":
        walk.step()
    world.pass_time(MINUTE)
    world.provider.refund_in_console(world.attempts[0], 1)  # it leaves the stretch: all others move up by one
    walk.run()
    assert [p.status for p in world.payments()].count(PAID) >= 4
    world.does(world.sweep.reconcile())
    assert [p.status for p in world.payments()].count(PAID) == 5


def test_the_watermark_moves_only_after_the_last_page(world: World) -> None:
    for order in "abcde":
        world.pays(begun(world, order=order))
    before = world.reconciled_until()
    world.pass_time(2 * HOUR)
    world.wire.faults = [None, None, Fault.LOST]
    with pytest.raises(GatewayError):
        world.does(world.sweep.reconcile())
    assert world.reconciled_until() == before
    world.does(world.sweep.reconcile())
    assert world.reconciled_until() == world.now()
    assert {p.status for p in world.payments()} == {PAID}


def test_a_walk_begins_before_the_watermark_because_rows_are_read_later_than_they_are_stamped(world: World) -> None:
    world.pass_time(DAY)
    orphan(world)
    world.pass_time(OVERLAP)
    run(world.store.payments.move_reconciled_until(world.now()))  # by a walk that could not see it yet
    assert world.does(world.sweep.reconcile()).changed == 1


def test_an_outage_of_more_than_the_provider_lists_at_once_is_walked_in_stretches(world: World) -> None:
    asked: list[Any] = []
    world.pass_time(3 * SPAN)
    orphan(world)

    async def listing(since: Any, until: Any, page: int) -> ListingPage:
        asked.append((since, until))
        return await world.provider.listing(since, until, page)

    spied = attrs.evolve(world.checkout, gateway=type("Spy", (), {"listing": staticmethod(listing)})())
    world.does(attrs.evolve(world.sweep, checkout=spied).reconcile())
    assert all(until - since <= SPAN for since, until in asked)
    assert [p.status for p in world.payments()] == [CANCELLED]
    assert world.reconciled_until() == world.now()


@pytest.mark.parametrize("error", [StorageUnavailable("no answer"), ConcurrentUpdate("overtaken")], ids=repr)
def test_what_could_not_be_stored_is_walked_past_again(world: World, error: Exception) -> None:
    """However long ago it was: the overlap alone would forget it."""
    orphan(world)
    world.pass_time(3 * HOUR)
    with failing_once(world, "add", error):
        assert [t.error for t in world.does(world.sweep.reconcile()).troubles] == [error]
    world.pass_time(MINUTE)
    world.does(world.sweep.reconcile())
    assert [a.disposition for a in only(world).attempts] == [Disposition.ORPHAN]


def test_a_row_that_breaks_the_contract_does_not_stop_the_walk_or_the_watermark(world: World) -> None:
    for order in "ab":
        world.pays(begun(world, order=order))
    with failing_once(world, "update", ContractViolation("This cannot be.")):
        done = world.does(world.sweep.reconcile())
    assert (done.changed, len(done.troubles)) == (1, 1)
    assert world.reconciled_until() == world.now()


def test_a_payment_of_ours_that_cannot_be_read_does_not_stop_the_walk(world: World) -> None:
    """Fails where one row that somebody changed by hand hides all money that the list tells of after it."""
    for order in "ab":
        world.pays(begun(world, order=order))
    with failing_once(world, "get", ValueError("no such method")):
        done = world.does(world.sweep.reconcile())
    assert (done.changed, len(done.troubles)) == (1, 1)


def test_a_row_that_cannot_be_read_is_told(world: World) -> None:
    async def listing(*_: Any) -> ListingPage:
        return ListingPage((), 1, ("imp_1: an unknown status",))

    blind = attrs.evolve(world.checkout, gateway=type("Blind", (), {"listing": staticmethod(listing)})())
    assert world.does(attrs.evolve(world.sweep, checkout=blind).reconcile()).skipped == ["imp_1: an unknown status"]


def test_a_walk_from_a_later_day_does_not_skip_what_lies_before(world: World) -> None:
    """An operator looks at today first: what came in the days before must still be walked."""
    orphan(world)
    world.pass_time(3 * DAY)
    world.does(world.sweep.reconcile(world.now() - DAY))
    assert not world.payments()
    world.does(world.sweep.reconcile())
    assert len(world.payments()) == 1


def test_a_walk_from_an_earlier_day_finds_what_was_forgotten_and_never_moves_the_watermark_back(world: World) -> None:
    orphan(world)
    world.pass_time(3 * DAY)
    run(world.store.payments.move_reconciled_until(world.now()))
    world.does(world.sweep.reconcile())
    assert not world.payments()
    world.does(world.sweep.reconcile(world.now() - 4 * DAY))
    assert len(world.payments()) == 1
    assert world.reconciled_until() == world.now()


def test_a_store_restored_from_an_old_backup_finds_all_money_again(world: World) -> None:
    restored = (
        World()
    )  # the same shop before anything happened: with yesterday's reconciled_until and without today's rows
    for order in "abc":
        world.pays(begun(world, order=order))
    restored.provider, restored.attempts = world.provider, world.attempts
    restored.wire.connect(world.provider)
    restored.pass_time(DAY)
    restored.recovers()
    at_last(restored)
    assert {a.disposition for p in restored.payments() for a in p.attempts} == {Disposition.ORPHAN}
    assert len(restored.payments()) == 3
    always(restored)
