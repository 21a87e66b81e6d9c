"""calm_world: a world without faults after its end, in which one buyer has paid; a test then breaks something in it."""

import attrs
import pytest

from simulation.plan import Faults, Plan, Role
from simulation.world import World


@pytest.fixture
def calm_world() -> World:
    cast = (Role(1, "refunder", 1_000, 5), Role(2, "honest", 1_000, 4), Role(3, "orphaned", 1_000, 8))
    cast = (*cast, Role(4, "foreign", 1_000, 4))
    plan = attrs.evolve(Plan.drawn(4), faults=Faults(), cast=cast, ends_at=7_200_000, hold_strays=False, live=True)
    world = World(plan).run()
    assert not world.laws.violations
    return world
