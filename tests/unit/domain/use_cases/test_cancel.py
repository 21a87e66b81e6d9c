"""Closing an unpaid payment: only after asking the provider, and with its virtual account."""

import pytest
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, begun, closed, deposit, only
from unit.domain.worlds.wire import Fault

from payments.domain.errors import (
    AlreadyPaid,
    GatewayError,
    Unknown,
)
from payments.domain.machine import AWAITING, CANCELLED, PAID
from payments.domain.report import Rank


def test_an_unpaid_payment_is_closed_for_whoever_asked(world: World) -> None:
    payment = world.does(world.checkout.cancel(ANN, begun(world).merchant_id))
    assert (payment.status, payment.reason, world.timeline(payment.merchant_id)[-1].by) == (
        CANCELLED,
        "buyer",
        "buyer:ann",
    )


def test_closing_again_changes_nothing(world: World) -> None:
    payment = closed(world)
    assert world.does(world.checkout.cancel(ANN, payment.merchant_id)).version == payment.version


def test_a_payment_that_was_paid_a_moment_ago_is_not_closed(world: World) -> None:
    payment = begun(world)
    world.pays(payment)
    with pytest.raises(AlreadyPaid):
        world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert only(world).status is PAID


@pytest.mark.parametrize("fault", Fault)
def test_nothing_is_closed_while_the_provider_is_silent(world: World, fault: Fault) -> None:
    payment = begun(world)
    world.wire.faults.append(fault)
    with pytest.raises(GatewayError):
        world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert only(world).status is AWAITING


def test_closing_revokes_the_virtual_account(world: World) -> None:
    payment, attempt = deposit(world)
    closed = world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert closed.status is CANCELLED
    assert not closed.deposits_to_revoke
    assert {r.gateway_id: r.rank for r in world.truth()} == {attempt: Rank.DECLINED}


def test_a_virtual_account_that_could_not_be_revoked_is_revoked_by_the_sweep(world: World) -> None:
    payment, _ = deposit(world)
    world.provider.trouble("revoke", Unknown("no answer"))
    closed = world.does(world.checkout.cancel(ANN, payment.merchant_id))
    assert (closed.status, len(closed.deposits_to_revoke), closed.due_at) == (CANCELLED, 1, world.now())
    world.recovers()
    assert not only(world).deposits_to_revoke


def test_an_unprepared_payment_is_closed_after_a_look_too(world: World) -> None:
    """The answer to prepare may be what was lost: then a window may have been opened and paid."""
    world.wire.faults.append(Fault.UNANSWERED)
    with pytest.raises(GatewayError):
        begun(world)
    world.pays(only(world))
    with pytest.raises(AlreadyPaid):
        world.does(world.checkout.cancel(ANN, only(world).merchant_id))
    assert only(world).status is PAID
