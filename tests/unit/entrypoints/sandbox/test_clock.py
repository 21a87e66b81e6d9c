"""The clock never goes back, and the sandbox loads nothing else of payments."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.entrypoints.sandbox.clock import Clock


def test_a_clock_runs_stops_moves_and_never_goes_back() -> None:
    real = [100.0]
    clock = Clock(source=lambda: real[0])
    clock.move(50)
    assert clock.now() == 150
    clock.stop()
    real[0] = 200
    assert (clock.now(), clock.is_stopped) == (150, True)
    clock.move(10)
    clock.run()
    assert clock.now() == 160, "it goes on from where it stood"
    real[0] = 201
    assert clock.now() == 161
    with pytest.raises(ValueError, match="cannot go back"):
        clock.move(-1)


@given(at=st.floats(0, 1e5, allow_nan=False), start=st.floats(1.6e9, 1.8e9), stopped=st.booleans())
def test_a_clock_moved_to_a_moment_has_reached_it(at: float, start: float, stopped: bool) -> None:
    clock = Clock(source=lambda: start)
    if stopped:
        clock.stop()
    assert clock.move_to(int(start + at)) >= int(start + at)
    before = clock.exact()
    clock.move_to(0)
    assert clock.exact() == before, "what is past stays past"


def test_the_sandbox_knows_nothing_of_the_rest_of_payments() -> None:
    code = (
        "import sys, payments.entrypoints.sandbox.command as _;"
        "own = ('payments.entrypoints.sandbox', 'payments.domain');"  # `import payments` itself loads the domain
        "print(sorted(m for m in sys.modules if m.startswith('payments.') and not m.startswith(own)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert loaded == "['payments.entrypoints', 'payments.entrypoints.serving']"
