"""What strangers name is checked soon, and no stranger decides how often the provider is asked."""

from datetime import timedelta

import attrs
import pytest
from builders import NOON
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import begun, only

from payments.domain.access import Hint
from payments.domain.errors import ContractViolation
from payments.domain.schedule import CHECK_PAUSE
from payments.domain.use_cases.hints import MOST_NAMED, HintTaker, Named
from payments.domain.values import GatewayId, MerchantId

SECOND = timedelta(seconds=1)
ANN_1 = MerchantId("ann-1")


@pytest.fixture
def taker(world: World) -> HintTaker:
    return HintTaker(hints=world.store.hints, refresher=world.refresher, clock=world)


def hinted(world: World, taker: HintTaker) -> None:
    world.does(taker.take(Hint(only(world).merchant_id)))


def looks(world: World) -> int:
    return world.does(world.sweep.sweep(20)).visited


def test_a_first_hint_makes_its_payment_due_at_once(world: World, taker: HintTaker):
    begun(world)
    hinted(world, taker)
    assert only(world).due_at == world.now()


def test_a_stranger_who_repeats_a_hint_has_the_provider_asked_once_in_a_while(world: World, taker: HintTaker):
    """Fails where each hint is a look: whoever knows an id could have it asked as fast as the sweep runs."""
    begun(world)
    seconds, asked = 60, 0
    for _ in range(seconds):
        for _ in range(3):
            hinted(world, taker)
            asked += looks(world)
        world.pass_time(SECOND)
    assert asked <= seconds / CHECK_PAUSE.total_seconds() + 4  # and the four that were due in that minute anyway


def test_what_is_paid_after_a_look_is_known_within_the_pause_if_its_webhook_comes(world: World, taker: HintTaker):
    payment = begun(world)
    hinted(world, taker)
    looks(world)
    world.pays(payment)
    hinted(world, taker)
    world.pass_time(CHECK_PAUSE)
    looks(world)
    assert only(world).status == "paid"


def test_a_check_between_two_hints_does_not_swallow_the_second(world: World, taker: HintTaker):
    payment = begun(world)
    world.pass_time(27 * SECOND)
    hinted(world, taker)
    looks(world)
    world.pass_time(SECOND)
    hinted(world, taker)  # due at the pause's end
    world.does(world.refresher.refresh_soon(payment.merchant_id))
    looks(world)  # somebody else's check comes first
    world.pays(payment)
    hinted(world, taker)
    world.pass_time(CHECK_PAUSE)
    looks(world)
    assert only(world).status == "paid"


def test_a_hint_during_a_check_is_followed_by_another_check(world: World, taker: HintTaker):
    """Fails where the check plans over it: the payment would be looked at in a minute, or in a week."""
    payment = begun(world)
    world.pass_time(30 * SECOND)
    visit = world.start(world.sweep.sweep())
    while visit.at != "after attempts":
        visit.step()
    world.time += SECOND
    world.pays(payment)
    hinted(world, taker)
    visit.run()
    assert only(world).due_at == world.now() + CHECK_PAUSE


def test_hints_without_end_never_keep_a_due_payment_from_its_check(world: World, taker: HintTaker):
    payment = begun(world)
    for _ in range(20):
        world.time += SECOND
        hinted(world, taker)
    world.pays(payment)
    assert looks(world) == 1


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_swallows_no_hint(hours: int):
    named, now = Named(), NOON + timedelta(hours=hours)
    named.note(ANN_1, NOON)
    assert named.due_after(ANN_1, now) == now


def test_it_remembers_a_bounded_number_of_payments():
    named = Named()
    for number in range(MOST_NAMED + 1):
        named.note(MerchantId(str(number)), NOON)
    assert named.due_after(MerchantId("0"), NOON) == NOON
    assert named.due_after(MerchantId(str(MOST_NAMED)), NOON) == NOON + CHECK_PAUSE


def test_a_worker_claims_few_hints_for_two_minutes_and_the_next_one_waits_a_second(world: World, taker: HintTaker):
    claimed: list[tuple[object, ...]] = []

    class Claims:
        async def claim_hints(self, *asked: object) -> list[Hint]:
            claimed.append(asked)
            return []

    waiting = attrs.evolve(taker, hints=Claims())
    assert world.does(waiting.follow()) == (0, [])
    assert claimed == [(world.now(), world.now() + 120 * SECOND, 10, SECOND)]


def test_a_hint_that_led_to_nothing_names_its_attempt_and_why(world: World, taker: HintTaker, monkeypatch):
    async def fails(*_: object) -> None:
        raise ContractViolation("The row cannot be read.")

    monkeypatch.setattr(type(world.refresher), "refresh_attempt", fails)
    world.does(taker.take(Hint(ANN_1, GatewayId("imp-9"))))
    _, (trouble,) = world.does(taker.follow())
    assert (trouble.gateway_id, str(trouble.error)) == ("imp-9", "The row cannot be read.")
