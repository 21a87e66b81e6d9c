"""One send at a time: each is stored before it leaves, and nothing else is sent while it may be at work."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from unit.domain.worlds.laws import at_last
from unit.domain.worlds.processes import Process
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import SHOP, bought, closed, kept, only
from unit.domain.worlds.wire import Fault

from payments.adapters.memory.payments import MemoryPayments
from payments.domain.errors import Rejected, StillAtWork
from payments.domain.payment import Payment
from payments.domain.ports import AlarmKind
from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import LONGEST_AT_WORK, REFUSAL_WAITS
from payments.domain.use_cases.refunds import SEND_WITHIN
from payments.domain.values import MerchantId, RefundId

R1 = RefundId("r-one")
MAINTENANCE = Rejected("no", "1", "점검 시간입니다")


def refunding(world: World) -> Process:
    order = RefundOrder(reason="고객 요청", amount=5_000)
    return world.start(world.refunds.refund(SHOP, only(world).merchant_id, order, R1))


def pushing(world: World) -> Process:
    return world.start(world.refunds.advance(only(world).merchant_id, R1))


def ours(world: World) -> Refund:
    return only(world).refund(R1)


def sent(world: World) -> int:
    return world.provider.calls.count("refund")


def until(process: Process, place: str) -> Process:
    while process.at != place:
        process.step()
    return process


# ---- at work ----


def test_a_claim_that_the_database_undid_is_no_claim(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is undone and each change runs again, alone: what one claimed first, another may have sent by then."""
    bought(world)
    until(refunding(world), "before refund").kill()
    world.time += LONGEST_AT_WORK * 2
    update, undone = MemoryPayments.update, list[bool]()

    async def undone_once(
        self: MemoryPayments, merchant_id: MerchantId, change: Callable[[Payment], Payment]
    ) -> Payment:
        if not undone and change(before := only(world)).refund(R1).sends > before.refund(R1).sends:
            undone.append(True)
            until(pushing(world), "before refund")  # another process claims the send, and is on its way
        return await update(self, merchant_id, change)

    monkeypatch.setattr(MemoryPayments, "update", undone_once)
    before = sent(world)
    pushing(world).run()
    assert undone
    assert sent(world) == before


@pytest.mark.parametrize("place", ["before refund", "after refund"])
def test_a_process_that_dies_with_its_send_leaves_the_send_in_doubt(world: World, place: str) -> None:
    """A process that was killed between the send and the note left no doubt: the refund went out a second later."""
    bought(world)
    until(refunding(world), place).kill()
    assert (ours(world).sends, ours(world).may_be_at_work(world.now())) == (1, True)
    before = sent(world)
    known = only(world).attempts[0].report
    world.wire.replaced["find"] = lambda *_: known  # a replica that is behind
    for _ in range(3):
        world.time += LONGEST_AT_WORK / 4
        pushing(world).run()
    assert sent(world) == before
    del world.wire.replaced["find"]
    world.recovers()
    at_last(world)
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_the_same_refund_pushed_by_two_is_sent_by_one(world: World) -> None:
    """A webhook makes the payment due while its refund is being sent: the lease is no lock of the send."""
    bought(world)
    one = until(refunding(world), "before refund")
    world.does(world.refresher.refresh_soon(only(world).merchant_id))
    world.does(world.sweep.sweep())
    pushing(world).run()
    assert sent(world) == 0
    one.run()
    assert (sent(world), ours(world).status, kept(world)) == (1, RefundStatus.DONE, 7_000)


def test_a_process_that_was_stopped_stores_its_send_anew_before_it_leaves(world: World) -> None:
    """It may have stood still for hours: the time in which the stored send may be at work is over or nearly so."""
    bought(world)
    stopped = refunding(world)
    while not (only(world).refunds and ours(world).sends):
        stopped.step()
    world.time += SEND_WITHIN + timedelta(seconds=1)
    until(stopped, "before refund")
    assert (ours(world).sends, ours(world).sending_until) == (2, world.now() + LONGEST_AT_WORK)
    stopped.run()
    assert (sent(world), ours(world).status) == (1, RefundStatus.DONE)


@pytest.mark.parametrize("late", ["stopped before it sent", "refused"])
def test_what_became_of_an_old_send_does_not_end_the_next_one(world: World, late: str) -> None:
    """Two sends of one refund would then be in flight."""
    bought(world)
    old = refunding(world)
    if late == "refused":
        world.provider.trouble("refund", MAINTENANCE)
        until(old, "before refund").step()  # it has heard the refusal, and stands before it notes that
    else:
        while not (only(world).refunds and ours(world).sends):
            old.step()
    world.time += LONGEST_AT_WORK
    newer = until(pushing(world), "before refund")
    while ours(world).may_be_at_work(world.now()) and old.alive:
        old.step()
    assert (ours(world).sends, ours(world).may_be_at_work(world.now())) == (2, True)
    newer.run()
    world.recovers()
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_no_refusal_is_told_while_the_provider_executes_an_earlier_send(world: World) -> None:
    """An operator who reads "refused" asks again: 10,000 went back for 5,000."""
    bought(world)
    world.wire.faults.append(Fault.LATE)
    refunding(world).run()
    for minute in range(9):
        world.time += timedelta(minutes=1)
        world.provider.trouble("refund", Rejected("no", "1", f"already in progress {minute}"))
        pushing(world).run()
        assert ours(world).is_open
    world.wire.arrive()
    world.provider._troubles.clear()
    world.recovers()
    at_last(world)
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_a_provider_that_says_it_is_at_work_is_given_its_time_from_then_on(world: World) -> None:
    bought(world)
    world.provider.trouble("refund", StillAtWork("A cancel of this payment is in progress."))
    refund = until(refunding(world), "before refund")
    world.time += timedelta(minutes=1)  # the answer took its time
    refund.run()
    assert ours(world).sending_until == world.now() + LONGEST_AT_WORK


def test_a_provider_slower_than_we_may_assume_is_told(world: World) -> None:
    """LONGEST_AT_WORK is a guess: where it is wrong, the books are put right, and a person is called."""
    bought(world)
    world.wire.faults.append(Fault.LATE)
    refunding(world).run()
    world.time += LONGEST_AT_WORK
    world.provider.trouble("refund", MAINTENANCE)
    pushing(world).run()
    assert ours(world).status is RefundStatus.REFUSED
    world.wire.arrive()
    world.does(world.refresher.refresh(only(world), "test"))
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)
    told = [(alarm.kind, alarm.merchant_id) for alarm in world.alarms.raised]
    assert told == [(AlarmKind.REFUND_EXECUTED_LATE, only(world).merchant_id)]


# ---- strays whose refund is refused ----


def a_late_capture(world: World) -> None:
    payment = closed(world)
    world.pays(payment)
    world.does(world.refresher.refresh(payment, "test"))


def test_whoever_is_about_to_send_a_refund_that_was_just_refused_waits_with_the_others(world: World) -> None:
    """One process learns of the maintenance; the other decided to send a moment before."""
    a_late_capture(world)
    (refund,) = only(world).open_refunds
    world.provider.trouble("refund", MAINTENANCE, times=2)
    learning = until(world.start(world.refunds.advance(only(world).merchant_id, refund.id)), "before refund")
    while not only(world).refund(refund.id).failure:  # the refusal is noted, and not believed yet
        learning.step()
    sending = world.start(world.refunds.advance(only(world).merchant_id, refund.id))
    until(sending, "before update").step()  # it records what it found
    until(sending, "before update")  # it is about to store its send
    learning.run()
    sending.run()
    assert (sent(world), only(world).refund(refund.id).refusals) == (1, 1)


@pytest.mark.parametrize("nights", [1, 4, len(REFUSAL_WAITS)])
def test_a_stray_goes_back_once_the_maintenance_is_over(world: World, nights: int) -> None:
    a_late_capture(world)
    world.provider.trouble("refund", MAINTENANCE, times=nights)
    world.recovers()
    at_last(world)
    assert ([r.status for r in only(world).refunds], kept(world)) == ([RefundStatus.DONE], 0)
    assert not world.alarms.raised


def test_a_stray_that_is_refused_for_days_is_handed_to_a_person_once(world: World) -> None:
    a_late_capture(world)
    began = world.now()
    world.provider.trouble("refund", MAINTENANCE, times=100)
    world.recovers()
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.REFUND_NEEDS_A_PERSON]
    assert (sent(world), only(world).refunds[0].status) == (len(REFUSAL_WAITS) + 1, RefundStatus.REFUSED)
    assert world.now() - began > timedelta(days=7)
    assert world.does(world.refunds.strays(SHOP))  # it stays in the list of what somebody must decide
