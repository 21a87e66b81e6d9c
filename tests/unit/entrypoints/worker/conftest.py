"""Fixtures of the worker's tests: `shop`, wired on memory, whose clock and provider a test controls."""

import pytest

from payments import testing


@pytest.fixture
def shop() -> testing.Shop:
    return testing.shop()
