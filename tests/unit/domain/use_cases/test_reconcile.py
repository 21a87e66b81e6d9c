"""The provider's own list is compared with the store, and unknown money is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from builders import a_payment
from unit.domain.worlds.laws import always, at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, bought, only, orphan
from unit.domain.worlds.wire import Fault

from payments.adapters.memory.payments import MemoryPayments
from payments.domain.attempt import Disposition
from payments.domain.errors import ConcurrentUpdate, ContractViolation, GatewayError, StorageUnavailable
from payments.domain.machine import CANCELLED, PAID
from payments.domain.ports import ListingPage
from payments.domain.use_cases.sweep import OVERLAP, SPAN
from payments.entrypoints.blocking import run

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


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
