"""How tests wait without depending on the speed of the machine.

EVENTUALLY   the limit of every wait for something that must happen: a lost event never comes, a late one is only late
until        wait for a condition that no event announces; `pause` says what happens between two looks
one_day      wait over a midnight that is near, for claims about today
given_time   hold a claim about a time-out, with a longer one where the machine was too slow for a short one
"""

import time
from collections.abc import Callable
from typing import Final

EVENTUALLY: Final = 120.0
"""Seconds after which a test calls it lost. No test asserts that anything takes less."""

_POLL: Final = 0.01
_DAY: Final = 86_400
_SEOUL: Final = 9 * 3_600
_NEAR_MIDNIGHT: Final = 30.0
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


def day_ends_in(at: float) -> float:
    """Return after how many seconds the next day begins, in UTC or in Seoul, at the POSIX time *at*."""
    return min(_DAY - (at + ahead) % _DAY for ahead in (0, _SEOUL))


def one_day() -> None:
    """Return at once, or after the midnight that is near: what a test does next is done within one day."""
    until(lambda: day_ends_in(time.time()) > _NEAR_MIDNIGHT)


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
