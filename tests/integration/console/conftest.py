"""An API with its console, and operators of each kind."""

from collections.abc import Iterator

import pytest
from support.api import RunningApi, running_api
from support.console import Visitor, add_operator, signed_in

from payments.domain.access import Scope


@pytest.fixture
def api() -> Iterator[RunningApi]:
    """An API with an empty store."""
    with running_api() as running:
        yield running


@pytest.fixture
def kim(api: RunningApi) -> Visitor:
    """An operator who may refund."""
    add_operator(api.service, "kim", Scope.REFUND, Scope.PAY)
    return Visitor(api, signed_in(api.service, "kim"))


@pytest.fixture
def lee(api: RunningApi) -> Visitor:
    """Another one."""
    add_operator(api.service, "lee", Scope.REFUND)
    return Visitor(api, signed_in(api.service, "lee"))
