"""The planted bugs of the simulation change code that exists; a name that moved is noticed at once."""

import pytest

from simulation.bugs import finding
from simulation.bugs.planting import BUGS


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_replaces_what_exists(name: str) -> None:
    assert finding.ROOMS
    assert [attribute for where, attribute, _ in BUGS[name].patches if attribute not in vars(where)] == []
