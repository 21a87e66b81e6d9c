"""What a browser reports when it returns, by completing or by leaving: only the provider's answer counts."""

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, begun, bought, deposit, only
from unit.domain.worlds.wire import Fault

from payments.domain.errors import (
    AttemptMismatch,
    ContractViolation,
)
from payments.domain.machine import AWAITING, FAILED, PAID
from payments.domain.values import GatewayId

# ---- complete ----


def test_complete_asks_the_provider_once_and_pays(world: World) -> None:
    payment = begun(world)
    attempt = world.pays(payment)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
    assert (seen.payment.status, seen.confirmed) == (PAID, True)
    assert world.provider.calls.count("find") == 1
    assert world.provider.calls.count("attempts") == 0


def test_a_second_complete_does_not_ask_the_provider(world: World) -> None:
    payment = bought(world)
    asked = len(world.provider.calls)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, world.attempts[0]))
    assert (seen.payment.status, seen.confirmed, len(world.provider.calls)) == (PAID, True, asked)


@pytest.mark.parametrize("fault", Fault)
def test_an_unknown_outcome_changes_no_status_and_is_looked_at_now(world: World, fault: Fault) -> None:
    payment = begun(world)
    attempt = world.pays(payment)
    world.wire.faults.append(fault)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
    assert (seen.payment.status, seen.confirmed, seen.payment.due_at) == (AWAITING, False, world.now())
    assert seen.payment.version == payment.version
    world.does(world.sweep.sweep())
    assert only(world).status is PAID


def test_an_attempt_that_nobody_knows_completes_nothing(world: World) -> None:
    payment = begun(world)
    with pytest.raises(AttemptMismatch):
        world.does(world.checkout.complete(ANN, payment.merchant_id, GatewayId("imp_made_up")))
    assert (only(world).status, only(world).version) == (AWAITING, payment.version)
    assert only(world).due_at == world.now()  # whatever the browser meant, it came back from somewhere


def test_an_answer_that_breaks_the_contract_is_not_settled(world: World) -> None:
    payment = begun(world)
    world.provider.trouble("find", ContractViolation("The answer is about something else."))
    with pytest.raises(ContractViolation):
        world.does(world.checkout.complete(ANN, payment.merchant_id, world.pays(payment)))
    assert only(world).status is AWAITING


def test_a_deposit_issued_is_not_a_payment_made(world: World) -> None:
    payment, attempt = deposit(world)
    seen = world.does(world.checkout.complete(ANN, payment.merchant_id, attempt))
    assert (seen.payment.status, len(seen.payment.deposits)) == (AWAITING, 1)
    world.provider.deposit(attempt)
    assert world.does(world.checkout.complete(ANN, payment.merchant_id, attempt)).payment.status is PAID


# ---- abandon ----


def test_leaving_an_open_window_changes_nothing_because_it_may_still_approve(world: World) -> None:
    payment = begun(world)
    attempt = world.opens(payment)
    assert world.does(world.checkout.abandon(ANN, payment.merchant_id)).payment.status is AWAITING
    world.provider.approve(attempt)
    world.does(world.refresher.refresh_attempt(attempt, "webhook"))
    assert only(world).status is PAID


def test_leaving_after_a_refusal_fails_the_payment(world: World) -> None:
    payment = begun(world)
    world.provider.decline(world.opens(payment), "한도 초과")
    seen = world.does(world.checkout.abandon(ANN, payment.merchant_id))
    assert (seen.payment.status, seen.payment.reason) == (FAILED, "한도 초과")


def test_leaving_without_ever_opening_a_window_changes_nothing(world: World) -> None:
    payment = begun(world)
    assert world.does(world.checkout.abandon(ANN, payment.merchant_id)).payment.version == payment.version


@pytest.mark.parametrize("fault", Fault)
def test_leaving_while_the_provider_is_silent_changes_no_status(world: World, fault: Fault) -> None:
    payment = begun(world)
    world.provider.decline(world.opens(payment))
    world.wire.faults.append(fault)
    seen = world.does(world.checkout.abandon(ANN, payment.merchant_id))
    assert (seen.payment.status, seen.confirmed, seen.payment.due_at) == (AWAITING, False, world.now())
