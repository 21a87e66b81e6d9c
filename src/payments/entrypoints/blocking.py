"""The use cases as plain calls, for Django, scripts and jobs: no event loop, no thread."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(use_case: Coroutine[Any, Any, T]) -> T:
    """Run *use_case* to its end, with adapters that block instead of suspending.

    Raises whatever the use case raises, and TypeError if an adapter suspends: that needs an event loop.
    """
    try:
        use_case.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    use_case.close()
    raise TypeError("An adapter suspended. Await this use case in an event loop instead.")
