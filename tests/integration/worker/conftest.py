"""Fixtures of the worker's tests: `sandbox`, a local Iamport of the test's own, and `passed`, which lets time pass."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from payments.adapters.system.clock import SystemClock
from payments.entrypoints.sandbox import Sandbox, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One of this test's own: a worker finds whatever any test ever paid there."""
    with running_sandbox() as serving:
        yield serving


@pytest.fixture
def passed(monkeypatch) -> Callable[..., None]:
    """Let time pass for this process's domain: `passed(minutes=3)`."""
    ahead = timedelta()

    def pass_(**span: float) -> None:
        nonlocal ahead
        ahead += timedelta(**span)

    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + ahead)
    return pass_
