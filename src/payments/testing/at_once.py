"""Doing things at the same moment, in threads that wait for each other at the start."""

import threading
from collections.abc import Callable
from typing import Any, Final

EVENTUALLY: Final = 120.0
"""Seconds after which a thread counts as stuck. A slow machine is not stuck."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Return what each call returned, or the exception it raised, in the order of *calls*."""
    outcomes: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def doing(number: int, call: Callable[[], Any]) -> None:
        start.wait(EVENTUALLY)
        try:
            outcomes[number] = call()
        except Exception as error:  # noqa: BLE001 - it is what the test wants to see
            outcomes[number] = error

    threads = [threading.Thread(target=doing, args=numbered, daemon=True) for numbered in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(EVENTUALLY)
        assert not thread.is_alive(), "a thread is stuck"
    return outcomes
