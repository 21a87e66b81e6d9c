"""Play money in a live shop: held and told, never refunded by us, and in the way of nothing else."""

import pytest
from unit.domain.worlds.laws import at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import SHOP, begun, only

from payments.domain.attempt import Disposition
from payments.domain.errors import RefundRefused
from payments.domain.machine import PAID
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.refunding import RefundOrder
from payments.domain.values import Mode
from payments.entrypoints.blocking import run


@pytest.fixture
def world() -> World:
    """A live shop: its provider shows rows of test channels in lists, but not when it is asked for one of them."""
    return World(mode=Mode.LIVE)


def played_and_paid_twice(world: World) -> Payment:
    """A buyer swaps the channel for a test one, then pays for real, twice."""
    payment = begun(world)
    windows = [world.opens(payment, mode=Mode.TEST), world.opens(payment), world.opens(payment)]
    for window in windows:
        world.provider.approve(window)
    world.does(world.refresher.refresh(payment, "test"))
    return only(world)


def test_a_real_duplicate_beside_play_money_goes_back(world: World) -> None:
    """The play money's refund could never be confirmed, and the sweep stopped at the first refund that failed."""
    assert sorted(filter(None, (a.disposition for a in played_and_paid_twice(world).attempts))) == [
        Disposition.ACCEPTED,
        Disposition.DUPLICATE,
        Disposition.WRONG_MODE,
    ]
    world.recovers()
    at_last(world)
    assert (only(world).status, [r.status for r in only(world).refunds]) == (PAID, [RefundStatus.DONE])
    assert [report.remaining for report in world.truth()] == [12_000, 12_000, 0]  # played, paid, paid twice


def test_play_money_is_told_and_held_by_a_person(world: World) -> None:
    payment = played_and_paid_twice(world)
    assert [(e.kind, e.reason) for e in world.timeline(payment.merchant_id) if e.kind == "strayed"] == [
        ("strayed", "wrong_mode"),
        ("strayed", "duplicate"),
    ]
    held = world.does(world.refunds.hold_stray(SHOP, payment.merchant_id, world.attempts[0], "a test of ours"))
    assert not held.attempts[0].is_open_stray


def test_play_money_is_never_refunded_by_us_and_in_no_sum(world: World) -> None:
    payment = played_and_paid_twice(world)
    for give_back in (
        lambda: world.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="x", gateway_id=world.attempts[0])),
        lambda: world.refunds.return_stray(SHOP, payment.merchant_id, world.attempts[0], reason="x"),
    ):
        with pytest.raises(RefundRefused):
            world.does(give_back())
    world.provider.refund_in_console(world.attempts[0], 5_000)
    world.recovers()
    assert only(world).refunded == 0  # of the real money


def test_a_buyer_who_tried_a_test_channel_can_still_pay(world: World) -> None:
    """The provider opens no window for an id that has taken money, of either mode: the order gets another id."""
    payment = begun(world)
    world.provider.approve(world.opens(payment, mode=Mode.TEST))
    world.does(world.refresher.refresh(payment, "test"))
    again = begun(world)
    assert again.merchant_id != payment.merchant_id
    world.pays(again)
    world.recovers()
    assert world.payment(again.merchant_id).status is PAID


def test_a_declined_test_window_does_not_fail_a_live_payment(world: World) -> None:
    payment = begun(world)
    world.provider.decline(world.opens(payment, mode=Mode.TEST))
    assert world.does(world.refresher.refresh(payment, "test")).payment.status == "awaiting"
    world.provider.decline(world.opens(payment))
    assert world.does(world.refresher.refresh(payment, "test")).payment.status == "failed"


def test_a_refund_that_breaks_the_contract_does_not_keep_the_others_waiting() -> None:
    """Each refund is sent on its own: three captures, and of the first stray the provider knows nothing any more."""
    world = World()
    payment = begun(world)
    windows = [world.opens(payment) for _ in range(3)]
    for window in windows:
        world.provider.approve(window)
    world.does(world.refresher.refresh(payment, "test"))
    first = only(world).open_refunds[0]
    world.wire.replaced["find"] = lambda it, *_: None if it == first.gateway_id else run(world.provider.find(it))
    lost = world.start(world.refunds.advance(payment.merchant_id, first.id))
    while lost.at != "before refund":
        lost.step()
    lost.kill()  # its send is stored, so it is looked for before it is sent again
    done = world.does(world.sweep.sweep())
    assert [str(t.error) for t in done.troubles] == [f"The provider no longer knows its capture {first.gateway_id}."]
    assert [r.status for r in only(world).refunds] == [RefundStatus.OPEN, RefundStatus.DONE]
