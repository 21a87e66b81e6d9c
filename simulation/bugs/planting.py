"""Planting: a bug is a small patch of the real code, in force for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs


@attrs.frozen
class Bug:
    """`seed` is a world known to find it; each patch is (where, the attribute, what it becomes)."""

    name: str
    seed: int
    patches: tuple[tuple[Any, str, Any], ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Have the bug in the code."""
        before = [(where, name, where.__dict__[name]) for where, name, _ in self.patches]
        for where, name, wrong in self.patches:
            setattr(where, name, wrong)
        try:
            yield
        finally:
            for where, name, right in before:
                setattr(where, name, right)


BUGS: dict[str, Bug] = {}


def bug(name: str, seed: int, *patches: tuple[Any, str, Any]) -> None:
    """Register a bug."""
    BUGS[name] = Bug(name, seed, patches)


def replaced(name: str, seed: int, where: Any, attribute: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function as the wrong version of `where.attribute`."""

    def register(wrong: Callable[..., Any]) -> Callable[..., Any]:
        bug(name, seed, (where, attribute, wrong))
        return wrong

    return register
