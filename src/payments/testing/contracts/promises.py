"""Promised: the base of the contracts. A test that fails says which promise is broken."""

import functools
from collections.abc import Callable
from typing import Any


class Promised:
    """A class of tests whose names are promises: each failure has a note with the name as a sentence."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, test in list(vars(cls).items()):
            if not name.startswith("test_"):
                continue
            promise = name.removeprefix("test_").replace("_", " ")
            if hasattr(test, "hypothesis"):
                test.hypothesis.inner_test = naming(test.hypothesis.inner_test, promise)
            else:
                setattr(cls, name, naming(test, promise))


def naming(test: Callable[..., Any], promise: str) -> Callable[..., Any]:
    """Return *test*, whose failures name the promise."""

    @functools.wraps(test)
    def named(*given: Any, **named: Any) -> Any:
        __tracebackhide__ = True  # pytest leaves this call out
        try:
            return test(*given, **named)
        except BaseException as error:
            error.add_note(f"Broken promise: {promise}.")
            raise

    return named
