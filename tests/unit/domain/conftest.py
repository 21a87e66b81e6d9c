"""Fixtures of the domain's tests: `world`, a fresh World to start use cases in."""

import pytest
from unit.domain.worlds.simulator import World


@pytest.fixture
def world() -> World:
    return World()
