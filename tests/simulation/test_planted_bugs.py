"""Each planted bug is found within a few worlds, and the code is whole again afterwards.

The seeds are searched anew each time, because any change of the domain changes every world.
"""

from typing import Final

import pytest

from simulation.bugs.finding import first_seed
from simulation.bugs.planting import BATCHED, BUGS, MEMORY, bugs_over
from simulation.plan import Plan
from simulation.world import World

pytestmark = pytest.mark.simulation

MAX_SEEDS: Final = 120
"""Many times what any bug needed when this was written; half of them need three or fewer."""


@pytest.mark.parametrize("name", bugs_over(MEMORY))
def test_a_planted_bug_is_found(name: str) -> None:
    assert first_seed(name, 1, MAX_SEEDS)


@pytest.mark.parametrize("name", sorted({*bugs_over(BATCHED)} - {*bugs_over(MEMORY)}))
def test_a_planted_bug_of_group_commit_is_found(name: str) -> None:
    assert first_seed(name, BUGS[name].seed, MAX_SEEDS, BATCHED)


def test_without_a_bug_the_same_worlds_break_no_law() -> None:
    for provider, last in (("v1", 30), ("v2", 8), ("both", 8)):
        for seed in range(1, last + 1):
            assert not World(Plan.drawn(seed, provider)).run().laws.violations, (provider, seed)


def test_what_was_planted_is_taken_out_again() -> None:
    for bug in BUGS.values():
        before = [where.__dict__[name] for where, name, _ in bug.patches]
        with bug.planted():
            assert [where.__dict__[name] for where, name, _ in bug.patches] != before
        assert [where.__dict__[name] for where, name, _ in bug.patches] == before


def test_at_least_thirty_bugs_are_planted() -> None:
    assert len(BUGS) >= 30
