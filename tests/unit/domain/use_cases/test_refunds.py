"""An operator returns money: the intent is stored, sent once with the remainder, and confirmed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, SHOP, bought, deposit, kept, only

from payments.domain.errors import (
    BadInput,
    PaymentNotFound,
    RefundRefused,
)
from payments.domain.machine import CANCELLED, PAID
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import MerchantId, RefundId

R1 = RefundId("r-one")


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
    assert due == world.now() + timedelta(seconds=30)  # were we to die here, the sweep goes on with it
    assert not ours(world).may_be_sent(due)  # but nobody sends it again while we may be at it


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
    world.does(world.refresher.refresh_attempt(attempt, "webhook"))
    without = refunding(world)
    assert (without.confirmed, ours(world).status) == (True, RefundStatus.REFUSED)
    assert "account" in ours(world).failure
    account = BankAccount(bank="88", number="1101234567", holder="홍길동")
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
