"""The provider's own list is compared with the store, and unknown money is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from builders import a_payment, a_report
from unit.domain.worlds.laws import always, at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, bought, only, orphan
from unit.domain.worlds.wire import Fault

from payments.adapters.memory.orphans import MemoryOrphans
from payments.adapters.memory.payments import MemoryPayments
from payments.domain.errors import ConcurrentUpdate, ContractViolation, GatewayError, StorageUnavailable
from payments.domain.machine import PAID
from payments.domain.ports import AlarmKind, ListingPage
from payments.domain.recording import MAX_MONEYLESS_ATTEMPTS
from payments.domain.report import Rank
from payments.domain.use_cases.reconciliation import RECENT
from payments.domain.use_cases.sweep import Swept
from payments.domain.values import Mode

SETTLED = timedelta(minutes=30)  # as the documents say: banks and replicas tell of money that late
MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))


def recent(world: World) -> Swept:
    done: Swept = world.does(world.reconciliation.recent())
    return done


@contextmanager
def failing_once(store: type, method: str, error: Exception) -> Iterator[None]:
    """Have the next such call to the store raise."""
    work = getattr(store, method)
    errors = [error]

    async def failing(self: Any, *args: Any) -> Any:
        if errors:
            raise errors.pop()
        return await work(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, method, failing)
        yield


def test_money_under_an_id_of_ours_that_nobody_here_knows_is_booked_apart(world: World) -> None:
    attempt = orphan(world)
    assert recent(world).changed == 1
    assert [known.gateway_id for known in world.orphans()] == [attempt]
    assert recent(world).changed == 0


def test_money_of_another_installation_is_counted_and_not_booked(world: World) -> None:
    """Production and staging on one key pair: to book the other's captures is the first step to refunding them."""
    world.pays(a_payment(merchant_id="staging-1"))
    done = recent(world)
    assert (done.foreign, done.changed, done.troubles) == (1, 0, [])
    assert (world.orphans(), world.payments()) == ([], [])


def test_an_unpaid_attempt_under_an_id_nobody_here_knows_is_nothing_to_us(world: World) -> None:
    world.opens(a_payment(merchant_id="m_forgotten"))
    done = recent(world)
    assert (done.visited, done.changed, done.foreign, done.troubles, world.orphans()) == (1, 0, 0, [], [])


def test_a_console_refund_of_a_payment_at_rest_is_found(world: World) -> None:
    bought(world)
    world.pass_time(DAY)
    world.provider.refund_in_console(world.attempts[0], 5_000)
    recent(world)
    assert only(world).refunded == 5_000


def test_a_list_without_news_writes_nothing(world: World) -> None:
    bought(world)
    before = only(world)
    done = recent(world)
    assert (done.visited, done.changed) == (1, 0)
    assert only(world) is before


def test_windows_beyond_those_that_are_kept_take_no_lock(world: World) -> None:
    """A buyer who opens windows without end must not keep the store busy with every reading of the list."""
    payment = begun(world)
    windows = [a_report(payment, gateway_id=f"imp_{n:03}", rank=Rank.READY) for n in range(MAX_MONEYLESS_ATTEMPTS + 30)]
    world.wire.replaced["listing"] = lambda *_: ListingPage(tuple(windows), 1, len(windows))
    assert recent(world).changed == MAX_MONEYLESS_ATTEMPTS
    with failing_once(MemoryPayments, "update", AssertionError("asked to write without news")):
        done = recent(world)
    assert (done.changed, done.troubles) == (0, [])


def test_every_page_is_read(world: World) -> None:
    for order in "abcde":
        world.pays(begun(world, order=order))
    assert recent(world).changed == 5  # the provider of these tests has two to a page
    assert {p.status for p in world.payments()} == {PAID}


# ---- rows that enter and leave while pages are read ----


def test_a_row_that_leaves_while_pages_are_read_does_not_hide_another(world: World) -> None:
    for order in "abcde":
        world.pays(begun(world, order=order))
    reading = world.start(world.reconciliation.between(world.now() - MINUTE, world.now()))
    while reading.at != "after listing":
        reading.step()
    world.pass_time(MINUTE)
    world.provider.refund_in_console(world.attempts[0], 1)  # it leaves the stretch: all others move up by one
    reading.run()
    assert [p.status for p in world.payments()[1:]] == [PAID] * 4


def test_a_row_that_enters_while_pages_are_read_does_not_push_another_out_of_sight(world: World) -> None:
    """Our clock is ahead of theirs: a row enters the stretch at its head, and the last one of page 1 is never read."""
    payments = [begun(world, order=order) for order in "abcd"]
    rows = [a_report(payment, gateway_id=f"imp_{payment.order}") for payment in payments]
    entering = [rows[1:], rows[1:], rows, rows, rows, rows]  # the newest first, two to a page

    def listing(_: Any, __: Any, page: int) -> ListingPage:
        now = entering.pop(0) if len(entering) > 1 else entering[0]
        return ListingPage(tuple(now[2 * page - 2 : 2 * page]), 2, len(now))

    world.wire.replaced["listing"] = listing
    assert world.does(world.reconciliation.between(world.now() - MINUTE, world.now())).changed == 4
    assert {p.status for p in world.payments()} == {PAID}


def test_a_list_that_never_rests_is_read_five_times_and_then_told(world: World) -> None:
    totals = iter(range(2, 100))
    world.wire.replaced["listing"] = lambda *_: ListingPage((), 2, next(totals))
    world.pass_time(HOUR)
    world.does(world.reconciliation.catch_up())
    assert next(totals) == 2 + 5 * 3  # five readings of two pages, each with the first page once more
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.LIST_KEEPS_CHANGING]
    assert world.reconciled_until() == world.now() - SETTLED


def test_the_newest_rows_may_move_without_an_alarm(world: World) -> None:
    """They are read again within a minute; an alarm whenever two buyers pay at once would be heard by nobody."""
    totals = iter(range(2, 100))
    world.wire.replaced["listing"] = lambda *_: ListingPage((), 2, next(totals))
    recent(world)
    assert (next(totals), world.alarms.raised) == (2 + 3, [])
    world.does(world.reconciliation.between(world.now() - HOUR, world.now()))
    assert world.alarms.raised == []


# ---- the mark ----


def spied(world: World) -> list[tuple[Any, Any]]:
    """Return a list to which every stretch that is asked for is added."""
    asked: list[tuple[Any, Any]] = []

    def listing(since: Any, until: Any, page: int) -> ListingPage:
        asked.append((since, until))
        return ListingPage((), 1, 0)

    world.wire.replaced["listing"] = listing
    return asked


def test_the_newest_minutes_are_read_each_time_and_the_mark_stays(world: World) -> None:
    asked, mark = spied(world), world.reconciled_until()
    world.pass_time(HOUR)
    recent(world)
    recent(world)
    assert asked == [(world.now() - RECENT, world.now())] * 2
    assert world.reconciled_until() == mark


def test_the_mark_moves_only_over_stretches_that_are_safely_past(world: World) -> None:
    """Fails where the mark follows the clock: a row that is shown later than it is stamped would never be read."""
    assert world.reconciled_until() == world.now() - SETTLED
    world.pass_time(HOUR)
    world.does(world.reconciliation.catch_up())
    assert world.reconciled_until() == world.now() - SETTLED


def test_money_that_the_list_shows_twenty_minutes_late_is_found(world: World) -> None:
    """A replica that is behind, or a provider whose clock is: its row has a time that was read long ago."""
    orphan(world)
    world.wire.replaced["listing"] = lambda *_: ListingPage((), 1, 0)
    world.pass_time(20 * MINUTE)
    world.does(world.reconciliation.catch_up())
    del world.wire.replaced["listing"]
    world.pass_time(HOUR)
    world.does(world.reconciliation.catch_up())
    assert len(world.orphans()) == 1


def test_the_mark_moves_only_after_the_last_page(world: World) -> None:
    for order in "abcde":
        world.pays(begun(world, order=order))
    before = world.reconciled_until()
    world.pass_time(2 * HOUR)
    world.wire.faults = [None, None, Fault.LOST]
    with pytest.raises(GatewayError):
        world.does(world.reconciliation.catch_up())
    assert world.reconciled_until() == before
    world.does(world.reconciliation.catch_up())
    assert world.reconciled_until() == world.now() - SETTLED
    assert {p.status for p in world.payments()} == {PAID}


def test_an_outage_of_weeks_is_read_in_stretches_of_hours_without_a_gap(world: World) -> None:
    """The longest stretch that one provider lists is days; a row that enters it moves thousands of others."""
    asked, began = spied(world), world.reconciled_until()
    world.pass_time(15 * DAY)
    world.does(world.reconciliation.catch_up())
    assert all(until - since <= timedelta(hours=6) for since, until in asked)
    assert [since for since, _ in asked] == [began, *(until for _, until in asked[:-1])]
    assert asked[-1][1] == world.now() - SETTLED


def test_an_operator_reads_a_stretch_and_the_mark_stays(world: World) -> None:
    orphan(world)
    start = world.now()
    world.pass_time(3 * DAY)
    mark = world.reconciled_until()
    world.does(world.reconciliation.between(start, start + HOUR))
    assert len(world.orphans()) == 1
    assert world.reconciled_until() == mark


# ---- trouble with one row ----


@pytest.mark.parametrize("error", [StorageUnavailable("no answer"), ConcurrentUpdate("overtaken")], ids=repr)
def test_what_could_not_be_stored_is_read_again(world: World, error: Exception) -> None:
    """However long ago it was: the newest minutes alone would forget it."""
    orphan(world)
    mark = world.reconciled_until()
    world.pass_time(3 * HOUR)
    with failing_once(MemoryOrphans, "update", error):
        done = world.does(world.reconciliation.catch_up())
    assert [trouble.error for trouble in done.troubles] == [error]
    assert world.reconciled_until() == mark
    world.does(world.reconciliation.catch_up())
    assert len(world.orphans()) == 1


def test_a_row_that_breaks_the_contract_does_not_stop_the_reading_or_the_mark(world: World) -> None:
    for order in "ab":
        world.pays(begun(world, order=order))
    world.pass_time(HOUR)
    with failing_once(MemoryPayments, "update", ContractViolation("This cannot be.")):
        done = world.does(world.reconciliation.catch_up())
    assert (done.changed, len(done.troubles)) == (1, 1)
    assert world.reconciled_until() == world.now() - SETTLED


def test_a_payment_of_ours_that_cannot_be_read_does_not_stop_the_reading(world: World) -> None:
    """Fails where one row that somebody changed by hand hides all money that the list tells of after it."""
    for order in "ab":
        world.pays(begun(world, order=order))
    with failing_once(MemoryPayments, "get", ValueError("no such method")):
        done = recent(world)
    assert (done.changed, len(done.troubles)) == (1, 1)


def test_a_row_that_contradicts_what_is_known_is_told(world: World) -> None:
    payment = bought(world)
    other = a_report(payment, gateway_id=world.attempts[0], mode=Mode.LIVE)
    world.wire.replaced["listing"] = lambda *_: ListingPage((other,), 1, 1)
    assert [type(trouble.error) for trouble in recent(world).troubles] == [ContractViolation]
    assert only(world).status is PAID


def test_a_row_that_cannot_be_read_is_told_once(world: World) -> None:
    world.wire.replaced["listing"] = lambda *_: ListingPage((), 2, 3, ("imp_1: an unknown status",))
    assert recent(world).skipped == ["imp_1: an unknown status"]


# ---- a restored backup ----


def test_a_store_restored_from_an_old_backup_finds_all_money_again(world: World) -> None:
    restored = World()  # the same shop before anything happened: with yesterday's mark and without today's rows
    for order in "abc":
        world.pays(begun(world, order=order))
    restored.provider, restored.attempts = world.provider, world.attempts
    restored.wire.connect(world.provider)
    restored.pass_time(DAY)
    restored.recovers()
    at_last(restored)
    assert sorted(known.gateway_id for known in restored.orphans() if known.is_open) == world.attempts
    assert not restored.payments()
    always(restored)
