"""Every await is a place to die, and every call to the provider may go wrong: nothing is lost by it."""

import itertools

import pytest
from unit.domain.worlds.laws import always, at_last
from unit.domain.worlds.simulator import World
from unit.domain.worlds.stories import STORIES, Story
from unit.domain.worlds.wire import Fault

from payments.domain.errors import AlreadyPaid, PaymentNotFound

LONGEST = 200

stories = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)


def dies_after(story: Story, steps: int) -> bool:
    """Kill the story's use case after that many steps and recover; False once it ends before."""
    world = World()
    process = world.start(story.begins(world)).run(steps)
    alive = process.alive
    process.kill()
    always(world)
    world.recovers()
    at_last(world)
    story.ends(world)
    return alive


@stories
def test_a_use_case_may_die_at_any_await(story: Story) -> None:
    deaths = next(steps for steps in range(LONGEST) if not dies_after(story, steps))
    assert deaths > 2  # there were places to die at


@stories
@pytest.mark.parametrize("fault", Fault)
def test_any_call_to_the_provider_may_go_wrong(story: Story, fault: Fault) -> None:
    for call in range(LONGEST):
        world = World()
        use_case = story.begins(world)
        world.wire.faults = [None] * call + [fault]
        process = world.start(use_case).run()
        reached = not world.wire.faults
        always(world)
        world.recovers()
        at_last(world)
        story.ends(world)
        if not reached:
            told = AlreadyPaid, PaymentNotFound  # an orphan is booked, and whoever asked is told that it is no payment
            assert process.error is None or isinstance(process.error, told)  # without a fault, all goes well
            return
    raise AssertionError("the story has no end")


@stories
@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.LATE], ids=lambda f: f.name)
def test_a_use_case_may_die_after_a_call_that_went_wrong(story: Story, fault: Fault) -> None:
    for call, steps in itertools.product(range(2), range(1, 30, 2)):
        world = World()
        use_case = story.begins(world)
        world.wire.faults = [None] * call + [fault]
        world.start(use_case).run(steps).kill()
        always(world)
        world.recovers()
        at_last(world)
        story.ends(world)
