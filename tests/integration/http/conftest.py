"""What the tests of the API may ask for."""

from collections.abc import Iterator

import pytest
from support.api import RunningApi, running_api


@pytest.fixture
def api() -> Iterator[RunningApi]:
    """An API with an empty store."""
    with running_api() as running:
        yield running
