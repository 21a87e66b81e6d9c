"""The worker's loops, each on its own: they survive what they meet, slow down, and say so."""

import threading

import pytest
from support.patience import EVENTUALLY

from payments.domain.errors import NotSent
from payments.entrypoints.worker import loops
from payments.entrypoints.worker.loops import MAX_BACKOFF_SECONDS, Loop, Troubled


def loop_of(step) -> Loop:
    return Loop("test", step, threading.Event(), hangs_after=60)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotSent("the provider is away"), "gateway-not-reached"),
        (KeyError("whatever"), "internal-error"),
        (Troubled("gateway-unknown"), "gateway-unknown"),
    ],
)
def test_a_loop_survives_whatever_a_step_raises_and_says_what_it_was(error, told, monkeypatch):
    monkeypatch.setattr(loops, "MAX_BACKOFF_SECONDS", 0.01)
    outcomes = iter([error, error, None])
    stop, steps = threading.Event(), []

    def step() -> float:
        steps.append(loop.health)
        if outcome := next(outcomes):
            raise outcome
        stop.set()
        return 0

    loop = Loop("test", step, stop, hangs_after=60)
    loop.start()
    assert loop.ended(EVENTUALLY)
    assert [(health.failures, health.error) for health in steps] == [(0, ""), (1, told), (2, told)]
    assert (loop.health.failures, loop.health.error) == (0, "")


def test_a_loop_backs_off_and_never_for_long():
    def failing() -> float:
        raise NotSent("away")

    loop = loop_of(failing)
    waits = [loop._run_step() for _ in range(2000)]
    assert 0.5 < waits[0] < 1.5
    assert waits[0] < waits[2] < waits[4]
    assert max(waits) <= MAX_BACKOFF_SECONDS * 1.2


def test_an_unexpected_error_is_logged_with_its_trace_and_an_expected_one_by_its_slug(caplog):
    def step() -> float:
        raise outcome

    outcome = NotSent("away")
    loop_of(step)._run_step()
    outcome = KeyError("bug")
    loop_of(step)._run_step()
    expected, unexpected = caplog.records
    assert "gateway-not-reached" in expected.message
    assert not expected.exc_info
    assert unexpected.exc_info


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_ends_by_itself_takes_the_worker_along(caplog):
    def step() -> float:
        raise SystemExit

    loop = loop_of(step)
    loop.start()
    assert loop.stop.wait(EVENTUALLY)
    assert loop.ended(EVENTUALLY)
    assert not loop.health.well
    assert "ended by itself" in caplog.text


class Stop(threading.Event):
    """Tells when a loop waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.waited_for.set()
        return super().wait(timeout)


def test_a_loop_that_hangs_is_not_well():
    now, entered, hanging = 0.0, threading.Event(), threading.Event()

    def step() -> float:
        entered.set()
        hanging.wait(EVENTUALLY)
        return 0

    loop = Loop("test", step, threading.Event(), hangs_after=60, clock=lambda: now)
    loop.start()
    assert entered.wait(EVENTUALLY)
    now = 59.9
    assert loop.health.well
    now = 60.0
    assert not loop.health.well
    loop.stop.set()
    hanging.set()
    assert loop.ended(EVENTUALLY)


def test_waiting_is_not_hanging():
    now, stop = 0.0, Stop()
    loop = Loop("test", lambda: 3600.0, stop, hangs_after=60, clock=lambda: now)
    loop.start()
    assert stop.waited_for.wait(EVENTUALLY)
    now = 3659.9
    assert loop.health.well
    now = 3660.0
    assert not loop.health.well
    stop.set()
    assert loop.ended(EVENTUALLY)  # and an hour's wait ends at once
