"""Story: a failing seed, made as short as it still fails, and told as a timeline that a person can read."""

from collections.abc import Iterator
from typing import Final

import attrs

from simulation.plan import Faults, Plan
from simulation.scheduler import DAY, HOUR, MINUTE, SECOND
from simulation.stored import world_over
from simulation.world import MOST_STEPS

FAULTS: Final = tuple(field.name for field in attrs.fields(Faults))
SALTS: Final = 4
"""How many other orders of events are tried where leaving something out hides the failure."""


@attrs.frozen
class Story:
    """A plan that breaks `law`, what was left out of the seed's own plan, and the steps it takes."""

    plan: Plan
    law: str
    left_out: tuple[str, ...]
    steps: int

    def command(self, store: str) -> str:
        """Return the one command that repeats it."""
        words = [f"./run simulate {self.plan.command} --store {store}"]
        if self.left_out or self.plan.salt:
            words.append("--people " + ",".join(str(role.number) for role in self.plan.cast))
        if self.left_out:
            words.append("--without " + ",".join(self.left_out))
        if self.plan.salt:
            words.append(f"--salt {self.plan.salt}")
        return " ".join(words)


def broken_law(plan: Plan, store: str, most_steps: int) -> tuple[str, int] | None:
    """Return the first law that the plan breaks and the steps it takes, if it breaks one."""
    with world_over(store, plan, most_steps=most_steps) as world:
        world.run()
    if not world.laws.violations:
        return None
    return world.laws.violations[0].law, world.scheduler.steps


def shortened(plan: Plan, law: str, store: str) -> Story:
    """Leave out people, then faults, as long as the same law is broken."""
    story = Story(plan, law, (), MOST_STEPS)
    shorter = True
    while shorter:
        shorter = False
        for candidate, left_out in _candidates(story):
            for salt in dict.fromkeys((story.plan.salt, *range(SALTS))):
                tried = attrs.evolve(candidate, salt=salt)
                found = broken_law(tried, store, story.steps + 2_000)
                if found and found[0] == law:
                    story = Story(tried, law, left_out, found[1])
                    shorter = True
                    break
            if shorter:
                break
    return story


def _candidates(story: Story) -> Iterator[tuple[Plan, tuple[str, ...]]]:
    """Yield the story with something left out: half of the people, each of them, each fault."""
    numbers = [role.number for role in story.plan.cast]
    half = len(numbers) // 2
    if half > 1:
        yield story.plan.only(tuple(numbers[:half])), story.left_out
        yield story.plan.only(tuple(numbers[half:])), story.left_out
    for number in numbers:
        if len(numbers) > 1:
            yield story.plan.only(tuple(n for n in numbers if n != number)), story.left_out
    for fault in FAULTS:
        if getattr(story.plan.faults, fault):
            yield story.plan.without(fault), (*story.left_out, fault)


def told(story: Story, store: str) -> str:
    """Return the story as lines: when, who, what; and the law that it breaks at the end."""
    plan = story.plan
    with world_over(store, plan, telling=True) as world:
        world.run()
    cast = ", ".join(f"{role.kind} {role.number}" for role in story.plan.cast)
    faults = {n: round(v, 3) for n, v in attrs.asdict(story.plan.faults).items() if v}
    lines = [f"People: {cast}", f"Faults: {faults or 'none'}", f"Provider: {attrs.asdict(story.plan.guesses)}"]
    lines += [f"V2: {attrs.asdict(story.plan.guesses_v2)}"] * (plan.provider != "v1") + [""]
    lines += [f"{_clock(time)}  {who:<28} {what}" for time, who, what in world.lines]
    lines += [f"{_clock(world.scheduler.now)}  BROKEN: {v.law}: {v.sentence}" for v in world.laws.violations]
    return "\n".join(lines)


def _clock(milliseconds: int) -> str:
    days, rest = divmod(milliseconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"{days:3}d {hours:02}:{minutes:02}:{rest / SECOND:06.3f}"
