"""How tests wait without depending on the speed of the machine.

EVENTUALLY   the limit of every wait for something that must happen: a lost event never comes, a late one is only late
until        wait for a condition that no event announces; `pause` says what happens between two looks
given_time   hold a claim about a time-out, with a longer one where the machine was too slow for a short one
"""

import time
from collections.abc import Callable
from typing import Final

EVENTUALLY: Final = 120.0
"""Seconds after which a test calls it lost. No test asserts that anything takes less."""

_POLL: Final = 0.01
_TIMEOUTS: Final = (0.4, 2.0, 10.0)


def _sleep() -> None:
    time.sleep(_POLL)


def until(holds: Callable[[], object], pause: Callable[[], object] = _sleep) -> None:
    """Wait until *holds* returns something true; AssertionError if it never does.

    *pause* passes the time between two looks. A test with a page lets the page pass it, since playwright tells of
    requests only then.
    """
    ends = time.monotonic() + EVENTUALLY
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        pause()


def given_time(claim: Callable[[float], None]) -> None:
    """Hold *claim* with a time-out of some seconds: the first of a short, a longer and a long one that it holds with.

    For claims that something is still done before a time-out strikes, which a slow machine may not manage in a short
    one. *claim* starts afresh each time. What never holds fails with the last one.
    """
    for seconds in _TIMEOUTS[:-1]:
        try:
            return claim(seconds)
        except Exception:  # noqa: BLE001, S112 - too slow, or broken: the next one tells
            continue
    return claim(_TIMEOUTS[-1])
