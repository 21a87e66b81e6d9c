"""Money that we did not begin: an orphan is booked apart and held, and what is another system's is left alone."""

from datetime import timedelta

import attrs
import pytest
from builders import a_payment
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import ANN, SHOP, begun, orphan

from payments.domain.errors import ContractViolation, PaymentNotFound, RefundRefused, Unknown
from payments.domain.money import Money
from payments.domain.orphan import ORPHAN_CHECKS
from payments.domain.schedule import LEASE
from payments.domain.values import GatewayId, Mode
from payments.entrypoints.blocking import run

MOVES_MONEY = {"prepare", "refund", "revoke"}


@pytest.mark.parametrize("merchant_id", ["another-system-1", "m_forgotten"], ids=["foreign", "ours"])
def test_nothing_is_touched_that_we_did_not_begin(world: World, merchant_id: str) -> None:
    """Two accounts waited under another system's id; one was paid, and the sweep closed the other."""
    stranger = a_payment(merchant_id=merchant_id)
    paid, waiting = world.opens(stranger), world.opens(stranger)
    for attempt in (paid, waiting):
        world.provider.issue_deposit(attempt)
    world.provider.deposit(paid)
    before = world.truth()
    for attempt in (paid, waiting):
        with pytest.raises(PaymentNotFound):
            world.does(world.refresher.refresh_attempt(attempt, "webhook"))
    world.does(world.reconciliation.recent())
    for _ in range(20):
        world.pass_time(timedelta(days=1))
        world.does(world.sweep.sweep())
    assert not MOVES_MONEY & set(world.provider.calls)
    assert world.truth() == before
    assert [known.gateway_id for known in world.orphans()] == ([paid] if merchant_id == "m_forgotten" else [])
    assert not world.payments()


def test_an_orphan_is_no_payment_to_anybody(world: World) -> None:
    attempt = orphan(world)
    with pytest.raises(PaymentNotFound):
        world.does(world.refresher.refresh_attempt(attempt, "webhook"))
    assert (world.payments(), world.does(world.refunds.strays(SHOP))) == ([], [])
    assert [known.gateway_id for known in world.does(world.refunds.orphans_page(SHOP))] == [attempt]


def test_play_money_under_an_invented_id_is_not_booked_in_a_live_shop() -> None:
    """Anybody may pay test money under our prefix: booked, each would be a message and a line for the operator."""
    world = World(mode=Mode.LIVE)
    invented = world.pays(a_payment(merchant_id="m_invented"), mode=Mode.TEST)
    done = world.does(world.reconciliation.recent())
    assert (done.foreign, done.changed, world.orphans()) == (1, 0, [])
    real = world.pays(a_payment(merchant_id="m_forgotten"), mode=Mode.LIVE)
    world.does(world.reconciliation.recent())
    assert [known.gateway_id for known in world.orphans()] == [real] != [invented]


def booked(world: World) -> GatewayId:
    attempt = orphan(world)
    world.does(world.reconciliation.recent())
    return attempt


def test_an_operator_holds_an_orphan_with_a_note(world: World) -> None:
    attempt = booked(world)
    held = world.does(world.refunds.hold_orphan(SHOP, attempt, "order 17, from before the backup"))
    assert (held.note, world.does(world.refunds.orphans_page(SHOP))) == ("order 17, from before the backup", [])


@pytest.mark.parametrize("note", ["", "  "])
def test_an_orphan_is_not_held_without_a_reason(world: World, note: str) -> None:
    attempt = booked(world)
    with pytest.raises(RefundRefused):
        world.does(world.refunds.hold_orphan(SHOP, attempt, note))
    assert world.does(world.refunds.orphans_page(SHOP))


def test_an_orphan_that_nobody_knows_is_not_held_and_a_buyer_has_none(world: World) -> None:
    attempt = booked(world)
    for use_case in (
        world.refunds.hold_orphan(SHOP, GatewayId("imp_other"), "note"),
        world.refunds.hold_orphan(ANN, attempt, "note"),
        world.refunds.orphans_page(ANN),
    ):
        with pytest.raises(PaymentNotFound):
            world.does(use_case)


def test_a_refund_of_an_orphan_in_the_console_is_found_without_a_webhook(world: World) -> None:
    attempt = booked(world)
    world.provider.refund_in_console(attempt)
    world.pass_time(ORPHAN_CHECKS[0])
    assert world.does(world.sweep.sweep()).visited == 1
    assert [known.is_open for known in world.orphans()] == [False]


def test_an_orphan_is_asked_about_again_soon_after_an_outage(world: World) -> None:
    booked(world)
    world.pass_time(ORPHAN_CHECKS[0])
    world.provider.trouble("find", Unknown("no answer"))
    assert len(world.does(world.sweep.sweep()).troubles) == 1
    world.pass_time(LEASE)
    assert world.does(world.sweep.sweep()).visited == 1


def test_an_orphan_that_contradicts_itself_waits_for_its_next_check(world: World) -> None:
    """A contradiction does not pass by itself: asked about every five minutes, it would take the provider's calls."""
    attempt = booked(world)
    report = run(world.provider.find(attempt))
    assert report
    world.wire.replaced["find"] = lambda *_: attrs.evolve(report, amount=Money(1))
    visits = 0
    for _ in range(int(timedelta(days=2) / LEASE)):
        world.pass_time(LEASE)
        done = world.does(world.sweep.sweep())
        assert all(isinstance(trouble.error, ContractViolation) for trouble in done.troubles)
        visits += done.visited
    assert visits == 2  # after an hour, and after a day
    assert world.orphans()[0].report == report


def test_an_orphan_does_not_keep_payments_waiting(world: World) -> None:
    booked(world)
    begun(world)
    world.pass_time(ORPHAN_CHECKS[0])
    world.provider.trouble("find", ContractViolation("This cannot be."))
    done = world.does(world.sweep.sweep())
    assert (done.visited, done.changed, len(done.troubles)) == (2, 1, 1)  # the payment has expired


def test_a_page_of_orphans_has_as_many_as_were_asked_for(world: World) -> None:
    for number in range(3):
        world.pays(a_payment(merchant_id=f"m_forgotten_{number}"))
    world.does(world.reconciliation.recent())
    assert [len(world.does(world.refunds.orphans_page(SHOP, limit=limit))) for limit in (2, 100)] == [2, 3]
