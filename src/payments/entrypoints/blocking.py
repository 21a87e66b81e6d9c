"""The use cases as plain calls, for Django, scripts and jobs: no event loop, no thread."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(use_case: Coroutine[Any, Any, T]) -> T:
    """Drive *use_case* to its end where adapters block instead of suspending.

    Raises whatever the use case raises, and TypeError where an adapter suspends: that one needs an event loop.
    """
    try:
        use_case.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    use_case.close()
    raise TypeError("an adapter suspended: await this use case in an event loop instead")
