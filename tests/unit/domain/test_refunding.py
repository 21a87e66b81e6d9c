"""An operator gives money back: asked first, sent with the remainder, and told apart from everything else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from unit.domain.laws import at_last
from unit.domain.simulator import Fault, World
from unit.domain.stories import ANN, SHOP, begun, bought, deposit, kept, only, orphan

from payments.domain.errors import (
    BadInput,
    ContractViolation,
    GatewayError,
    PaymentNotFound,
    RefundInProgress,
    RefundRefused,
    Rejected,
    Unknown,
)
from payments.domain.machine import CANCELLED, PAID
from payments.domain.money import Money
from payments.domain.payment import EventKind
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.refunding import LONGEST_AT_WORK, RefundOrder
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import Caller, GatewayId, MerchantId, RefundId

R1 = RefundId("r-one")


@pytest.fixture
def world() -> World:
    return World()


def refunding(world: World, amount: int | None = 5_000, **order: Any) -> Outcome:
    asked = RefundOrder(reason="고객 요청", amount=amount, **order)
    seen: Outcome = world.does(world.refunds.refund(SHOP, only(world).merchant_id, asked, R1))
    return seen


def ours(world: World) -> Refund:
    return only(world).refund(R1)


def sent(world: World) -> int:
    return world.provider.calls.count("refund")


# ---- the normal case ----


def test_a_part_goes_back_and_the_payment_stays_paid(world: World) -> None:
    bought(world)
    seen = refunding(world)
    assert (seen.confirmed, seen.payment.status, seen.payment.refunded) == (True, PAID, 5_000)
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_all_of_it_cancels_the_payment(world: World) -> None:
    bought(world)
    assert refunding(world, None).payment.status is CANCELLED
    assert kept(world) == 0


def test_the_provider_is_asked_once(world: World) -> None:
    bought(world)
    asked = len(world.provider.calls)
    refunding(world)
    assert world.provider.calls[asked:] == ["refund"]


def test_the_intent_is_stored_before_anything_is_sent(world: World) -> None:
    payment = bought(world)
    process = world.start(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=5_000), R1))
    while process.at != "before refund":
        process.step()
    assert (ours(world).is_open, ours(world).remainder, sent(world)) == (True, 12_000, 0)
    due = only(world).due_at
    assert due is not None  # were we to die here, the sweep goes on with it
    assert due > world.now() + timedelta(minutes=1)  # but not while we are at it


def test_several_parts_add_up_and_no_more_goes_back_than_came(world: World) -> None:
    payment = bought(world)
    for amount in (5_000, 5_000, 2_000):
        world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=amount)))
    assert (only(world).status, kept(world)) == (CANCELLED, 0)
    with pytest.raises(RefundRefused):
        world.does(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=1)))


def test_the_same_request_again_is_the_same_refund(world: World) -> None:
    bought(world)
    assert refunding(world).payment.version == refunding(world).payment.version
    assert sent(world) == 1


@pytest.mark.parametrize("amount", [0, -1, 12_001])
def test_what_cannot_be_refunded_is_not_even_sent(world: World, amount: int) -> None:
    bought(world)
    with pytest.raises((RefundRefused, BadInput)):
        refunding(world, amount)
    assert sent(world) == 0
    assert not only(world).refunds


def test_a_deposit_goes_back_to_the_account_that_was_named(world: World) -> None:
    _, attempt = deposit(world)
    world.provider.deposit(attempt)
    world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    without = refunding(world)
    assert (without.confirmed, ours(world).status) == (True, RefundStatus.REFUSED)
    assert "account" in ours(world).failure
    account = BankAccount(bank="88", number="110-1", holder="홍길동")
    order = RefundOrder(reason="x", amount=5_000, account=account)
    assert world.does(world.refunds.refund(SHOP, only(world).merchant_id, order)).confirmed
    assert kept(world) == 7_000


# ---- who may ask ----


def test_a_buyer_has_no_refunds_to_ask_for(world: World) -> None:
    payment = bought(world)
    asks: list[Callable[[], object]] = [
        lambda: world.does(world.refunds.refund(ANN, payment.merchant_id, RefundOrder(reason="x"))),
        lambda: world.does(world.refunds.hold_stray(ANN, payment.merchant_id, world.attempts[0], "x")),
        lambda: world.does(world.refunds.strays(ANN)),
    ]
    for ask in asks:
        with pytest.raises(PaymentNotFound):
            ask()
    assert sent(world) == 0


def test_a_payment_that_is_not_there_has_nothing_to_refund(world: World) -> None:
    with pytest.raises(PaymentNotFound):
        world.does(world.refunds.refund(SHOP, MerchantId("absent"), RefundOrder(reason="x")))


# ---- the provider says no, or nothing ----


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
    assert (seen.confirmed, ours(world).is_open, ours(world).outcome_unknown_since) == (False, True, world.now())
    assert only(world).due_at == world.now()
    world.recovers()
    at_last(world)
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_a_request_that_never_left_is_no_reason_for_doubt(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.NOT_SENT)
    assert not refunding(world).confirmed
    assert ours(world).outcome_unknown_since is None


def test_after_an_unknown_outcome_the_provider_is_looked_at_before_anything_is_sent_again(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.UNANSWERED)
    refunding(world)
    asked = len(world.provider.calls)
    world.does(world.refunds.push(only(world).merchant_id, R1))
    assert world.provider.calls[asked:] == ["find"]
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_what_was_not_done_is_sent_again_on_the_same_remainder(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.does(world.refunds.push(only(world).merchant_id, R1))
    assert (sent(world), ours(world).status, ours(world).remainder) == (1, RefundStatus.DONE, 12_000)


def test_a_refusal_is_not_believed_while_an_earlier_send_may_be_at_work(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.LATE)
    refunding(world)
    world.provider.trouble("refund", Rejected("no", "1", "처리중"))
    world.does(world.refunds.push(only(world).merchant_id, R1))
    assert ours(world).is_open
    world.wire.arrive()
    world.does(world.refunds.push(only(world).merchant_id, R1))
    assert (ours(world).status, kept(world)) == (RefundStatus.DONE, 7_000)


def test_a_refusal_is_believed_once_no_earlier_send_can_be_at_work(world: World) -> None:
    bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.pass_time(LONGEST_AT_WORK)
    world.provider.trouble("refund", Rejected("no", "1", "기간 만료"))
    world.does(world.refunds.push(only(world).merchant_id, R1))
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


# ---- the console was there too ----


def test_a_remainder_that_moved_is_based_anew_where_ours_still_fits(world: World) -> None:
    payment = bought(world)
    world.provider.refund_in_console(world.attempts[0], 4_000)
    seen = refunding(world)
    assert (seen.confirmed, ours(world).status, ours(world).remainder) == (True, RefundStatus.DONE, 8_000)
    assert kept(world) == 3_000
    assert EventKind.REFUND_REBASED in [h.kind for h in world.timeline(payment.merchant_id)]


def test_a_remainder_that_no_longer_holds_ours_refuses_it(world: World) -> None:
    bought(world)
    world.provider.refund_in_console(world.attempts[0], 8_000)
    seen = refunding(world)
    assert (seen.confirmed, ours(world).status, kept(world)) == (True, RefundStatus.REFUSED, 4_000)


def test_a_console_that_never_rests_leaves_ours_open_for_the_sweep(world: World) -> None:
    payment = bought(world)
    process = world.start(world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", amount=1_000), R1))
    while process.alive:
        process.step()
        if process.at == "before refund":
            world.provider.refund_in_console(world.attempts[0], 1_000)
            process.step()
    assert process.error is None
    assert ours(world).is_open
    world.recovers()
    assert ours(world).status is RefundStatus.DONE


def test_a_capture_the_provider_forgot_is_a_breach_of_contract(world: World) -> None:
    payment = bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.wire.connect(World().provider)  # a provider that knows nothing
    with pytest.raises(ContractViolation):
        world.does(world.refunds.push(payment.merchant_id, R1))
    assert ours(world).is_open


# ---- strays ----


def test_strays_are_listed_until_somebody_has_dealt_with_them() -> None:
    world = World(hold_strays=True)
    payment = begun(world)
    stray = world.pays(payment, price=Money(100), tampered=True)
    world.does(world.checkout.refresh_attempt(stray, "webhook"))
    assert [p.merchant_id for p in world.does(world.refunds.strays(SHOP))] == [payment.merchant_id]
    world.does(world.refunds.hold_stray(SHOP, payment.merchant_id, stray, "전화로 확인"))
    assert world.does(world.refunds.strays(SHOP)) == []


def test_an_operator_gives_an_orphan_back(world: World) -> None:
    attempt = orphan(world)
    payment = world.does(world.checkout.refresh_attempt(attempt, "webhook"))
    assert world.does(world.refunds.strays(SHOP)) == [payment]
    seen = refunding(world, None, gateway_id=attempt)
    assert (seen.confirmed, kept(world)) == (True, 0)
    assert world.does(world.refunds.strays(Caller.system("worker"))) == []


def test_a_refund_of_an_attempt_that_is_not_this_payments_is_refused(world: World) -> None:
    bought(world)
    with pytest.raises(RefundRefused):
        refunding(world, None, gateway_id=GatewayId("imp_other"))


def test_pushing_reports_what_the_provider_did_not_say(world: World) -> None:
    payment = bought(world)
    world.wire.faults.append(Fault.LOST)
    refunding(world)
    world.provider.trouble("find", Unknown("no answer"))
    with pytest.raises(GatewayError):
        world.does(world.refunds.push(payment.merchant_id, R1))
    assert ours(world).is_open
