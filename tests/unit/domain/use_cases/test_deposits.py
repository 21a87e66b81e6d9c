"""Virtual accounts that should take no more money: revoked as soon as the payment is paid or closed, or told."""

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, begun, deposit, kept, only

from payments.domain.errors import NotSent, Rejected, Unknown
from payments.domain.event import EventKind
from payments.domain.machine import PAID
from payments.domain.payment import Payment
from payments.domain.report import Rank
from payments.domain.values import GatewayId

NO = Rejected("no", "1", "취소할 수 없는 계좌입니다")


def paid_by_card(world: World) -> tuple[Payment, GatewayId]:
    """A virtual account waits, and the buyer pays by card after all."""
    payment, account = deposit(world)
    world.does(world.refresher.refresh_attempt(world.pays(payment), "webhook"))
    return only(world), account


def told_open(world: World) -> list[str]:
    return [e.reason for e in world.timeline(only(world).merchant_id) if e.kind is EventKind.DEPOSIT_LEFT_OPEN]


def test_the_account_is_closed_at_once_when_the_card_has_paid(world: World) -> None:
    """Left open, its deposit is a second payment, which cannot go back by itself."""
    payment, account = paid_by_card(world)
    assert payment.due_at == world.now()
    world.does(world.sweep.sweep())
    assert {r.gateway_id: r.rank for r in world.truth()}[account] is Rank.DECLINED
    assert (only(world).status, told_open(world)) == (PAID, [])


@pytest.mark.parametrize("error", [NotSent("not reached"), Unknown("no answer")], ids=repr)
def test_an_account_that_cannot_be_closed_now_is_closed_later(world: World, error: Exception) -> None:
    paid_by_card(world)
    world.provider.trouble("revoke", error, times=3)
    for _ in range(10):
        world.time = max(only(world).due_at or world.now(), world.now())
        world.does(world.sweep.sweep())
    assert not only(world).deposits_to_revoke
    assert told_open(world) == []


def test_an_account_that_the_provider_leaves_open_is_told_once_and_tried_again(world: World) -> None:
    paid_by_card(world)
    world.provider.trouble("revoke", NO, times=1_000)
    world.recovers()
    assert told_open(world) == ["1 취소할 수 없는 계좌입니다"]
    assert 2 < world.provider.calls.count("revoke") < 20  # not for ever, and never without a wait
    assert only(world).status is PAID


def test_a_payment_with_an_account_that_stays_open_is_not_visited_without_a_wait(world: World) -> None:
    paid_by_card(world)
    world.provider.trouble("revoke", NO, times=1_000)
    visits = 0
    while world.does(world.sweep.sweep()).visited:
        visits += 1
        assert visits < 5
    assert only(world).due_at


def test_a_deposit_that_came_before_the_account_was_closed_goes_back(world: World) -> None:
    _, account = paid_by_card(world)
    world.provider.deposit(account)
    world.does(world.sweep.sweep())
    assert told_open(world) == []  # it was paid, so nothing is left open
    assert [r.amount for r in only(world).open_refunds] == [12_000]


def test_an_account_that_was_paid_while_it_was_being_closed_is_not_told_as_open(world: World) -> None:
    """The refusal is about a row that is no account any more: an operator would look for one that is not there."""
    payment, account = paid_by_card(world)
    closing = world.start(world.refresher.revoke_deposits(payment))
    world.provider.deposit(account)
    while closing.at != "before update":
        closing.step()
    world.does(world.refresher.refresh_attempt(account, "webhook"))
    closing.run()
    assert told_open(world) == []


def test_closing_a_payment_closes_its_account_too(world: World) -> None:
    payment, account = deposit(world)
    world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert {r.gateway_id: r.rank for r in world.truth()} == {account: Rank.DECLINED}
    assert kept(world) == 0


def test_an_account_of_a_payment_that_may_still_be_paid_is_left_alone(world: World) -> None:
    payment, _ = deposit(world)
    world.provider.decline(world.opens(payment))
    world.does(world.checkout.abandon(ANN, payment.merchant_id))
    begun(world)
    world.does(world.sweep.sweep())
    assert "revoke" not in world.provider.calls


def test_only_an_account_that_is_still_open_is_closed(world: World) -> None:
    """A window without an account cannot be closed, and an account that was closed needs nothing more."""
    payment, account = deposit(world)
    world.opens(payment)
    world.does(world.refresher.refresh(payment, "test"))
    assert [attempt.gateway_id for attempt in only(world).attempts if attempt.waits_for_deposit] == [account]
    world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert world.provider.calls.count("revoke") == 1
    world.does(world.refresher.refresh(only(world), "test"))
    assert not only(world).deposits_to_revoke


@pytest.mark.parametrize(("refusal", "kept"), [("", "refused"), ("x" * 600, "x" * 500)], ids=["no words", "many"])
def test_an_account_that_cannot_be_closed_says_why_also_where_the_provider_does_not(
    world: World, refusal: str, kept: str
) -> None:
    payment, account = paid_by_card(world)
    told = payment.with_deposit_left_open(account, world.now(), refusal)
    [attempt] = [one for one in told.attempts if one.gateway_id == account]
    assert (attempt.revoke_failure, told.new_events[-1].kind) == (kept, EventKind.DEPOSIT_LEFT_OPEN)
    assert told.with_deposit_left_open(account, world.now(), "again") is told
