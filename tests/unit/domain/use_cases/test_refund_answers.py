"""A refund for which the provider says no, or nothing at all."""

from datetime import timedelta
from typing import Any

import pytest
from unit.domain.worlds.laws import at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import SHOP, bought, kept, only
from unit.domain.worlds.wire import Fault

from payments.domain.errors import (
    ContractViolation,
    CredentialsRefused,
    RefundInProgress,
    Rejected,
    StillAtWork,
)
from payments.domain.machine import PAID
from payments.domain.ports import Alarm, AlarmKind
from payments.domain.refund import Refund, RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.schedule import LONGEST_AT_WORK
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import RefundId

R1 = RefundId("r-one")


def refunding(world: World, amount: int | None = 5_000, **order: Any) -> Outcome:
    asked = RefundOrder(reason="고객 요청", amount=amount, **order)
    seen: Outcome = world.does(world.refunds.refund(SHOP, only(world).merchant_id, asked, R1))
    return seen


def ours(world: World) -> Refund:
    return only(world).refund(R1)


def sent(world: World) -> int:
    return world.provider.calls.count("refund")


def test_a_refusal_is_the_outcome_in_the_providers_words(world: World) -> None:
    bought(world)
    world.provider.trouble("refund", Rejected("no", "1", "기취소 승인"))
    seen = refunding(world)
    assert (seen.confirmed, ours(world).status, ours(world).failure) == (True, RefundStatus.REFUSED, "1 기취소 승인")
    assert (only(world).status, only(world).open_refunds) == (PAID, [])


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.LATE], ids=lambda f: f.name)
def test_an_unknown_outcome_stays_open_and_is_looked_for_now(world: World, fault: Fault) -> None:
    bought(world)
    world.wire.faults.append(fault)
    seen = refunding(world)
    assert (seen.confirmed, ours(world).is_open, ours(world).sends) == (False, True, 1)
    assert ours(world).sending_until == world.now() + LONGEST_AT_WORK
    assert only(world).due_at == world.now()
    world.recovers()
    at_last(world)
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_a_request_that_never_left_may_be_sent_again_at_once(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.NOT_SENT)
    assert not refunding(world).confirmed
    assert not ours(world).may_be_at_work(world.now())
    assert not world.does(world.refunds.advance(only(world).merchant_id, R1)).open_refunds
    assert (ours(world).status, sent(world)) == (RefundStatus.DONE, 1)


def test_after_an_unknown_outcome_the_provider_is_looked_at_before_anything_is_sent_again(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.UNANSWERED)
    refunding(world)
    asked = len(world.provider.calls)
    world.does(world.refunds.advance(only(world).merchant_id, R1))
    assert world.provider.calls[asked:] == ["find"]
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_what_was_not_done_is_sent_again_on_the_same_remainder(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.pass_time(LONGEST_AT_WORK)
    world.does(world.refunds.advance(only(world).merchant_id, R1))
    assert (sent(world), ours(world).status, ours(world).remainder) == (1, RefundStatus.DONE, 12_000)


def test_nothing_is_sent_while_an_earlier_send_may_be_at_work(world: World) -> None:
    """A provider that compares the checksum before it books would pay the second one too."""
    bought(world)
    world.wire.faults.append(Fault.LATE)
    refunding(world)
    world.time += LONGEST_AT_WORK - timedelta(seconds=1)
    asked = len(world.provider.calls)
    world.does(world.refunds.advance(only(world).merchant_id, R1))
    assert world.provider.calls[asked:] == ["find"]  # it looks, and does not send
    world.wire.arrive()
    world.does(world.refunds.advance(only(world).merchant_id, R1))
    assert (ours(world).status, kept(world), sent(world)) == (RefundStatus.DONE, 7_000, 1)


def test_a_provider_that_is_still_at_work_has_refused_nothing(world: World) -> None:
    """Told "refused", an operator asks again: 10,000 went back for 5,000."""
    bought(world)
    world.wire.faults.append(Fault.LATE)
    refunding(world)
    world.time += LONGEST_AT_WORK  # and slower than we may assume
    world.provider.trouble("refund", StillAtWork("A cancel of this payment is in progress."))
    with pytest.raises(StillAtWork):
        world.does(world.refunds.advance(only(world).merchant_id, R1))
    assert (ours(world).is_open, ours(world).sending_until) == (True, world.now() + LONGEST_AT_WORK)
    world.wire.arrive()
    world.recovers()
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_a_refusal_is_believed_once_no_earlier_send_can_be_at_work(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.pass_time(LONGEST_AT_WORK)
    world.provider.trouble("refund", Rejected("no", "1", "기간 만료"))
    world.does(world.refunds.advance(only(world).merchant_id, R1))
    assert ours(world).status is RefundStatus.REFUSED


def test_an_open_refund_keeps_the_next_one_waiting(world: World) -> None:
    payment = bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    with pytest.raises(RefundInProgress):
        world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=1)))


def test_an_answer_that_breaks_the_contract_is_told_and_leaves_the_refund_open(world: World) -> None:
    bought(world)
    world.provider.trouble("refund", ContractViolation("The answer is about something else."), after_the_work=True)
    with pytest.raises(ContractViolation):
        refunding(world)
    assert ours(world).is_open
    world.recovers()
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_our_own_keys_are_no_refusal_of_the_refund(world: World) -> None:
    """A key that was rotated refuses everything: the refund waits, and the operator is told."""
    bought(world)
    world.provider.trouble("refund", CredentialsRefused("The provider refused the keys. Nothing was done."))
    assert not refunding(world).confirmed
    assert (ours(world).is_open, ours(world).may_be_sent(world.now())) == (True, True)
    sentence = "The provider refused the keys. Nothing was done."
    assert world.alarms.raised == [Alarm(AlarmKind.CREDENTIALS_REFUSED, sentence, only(world).merchant_id)]
