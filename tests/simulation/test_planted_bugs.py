"""Each planted bug is found by a seed known to find it, and the code is whole again afterwards."""

import pytest

from simulation.bugs.finding import law_broken_by
from simulation.bugs.planting import BUGS
from simulation.plan import Plan
from simulation.world import World

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str) -> None:
    assert law_broken_by(name, BUGS[name].seed)


def test_without_a_bug_the_same_worlds_break_no_law() -> None:
    for seed in sorted({bug.seed for bug in BUGS.values()}):
        assert not World(Plan.drawn(seed)).run().laws.violations, seed


def test_what_was_planted_is_taken_out_again() -> None:
    for bug in BUGS.values():
        before = [where.__dict__[name] for where, name, _ in bug.patches]
        with bug.planted():
            assert [where.__dict__[name] for where, name, _ in bug.patches] != before
        assert [where.__dict__[name] for where, name, _ in bug.patches] == before


def test_at_least_thirty_bugs_are_planted() -> None:
    assert len(BUGS) >= 30
