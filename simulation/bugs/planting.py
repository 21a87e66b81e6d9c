"""Planting: a bug is a small patch of the real code, in force for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs

MEMORY: Final = "memory"
BATCHED: Final = "batched"


@attrs.frozen
class Bug:
    """`seed` is a world known to find it; each patch is (where, the attribute, what it becomes).

    `store`: the only kind of store whose code it changes; empty where it matters on each. `provider`: that of the
    worlds in which it is looked for.
    """

    name: str
    seed: int
    patches: tuple[tuple[Any, str, Any], ...]
    store: str = ""
    provider: str = "v1"

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


def bug(name: str, seed: int, *patches: tuple[Any, str, Any], store: str = "", provider: str = "v1") -> None:
    """Register a bug."""
    BUGS[name] = Bug(name, seed, patches, store, provider)


def replaced(
    name: str, seed: int, where: Any, attribute: str, *, store: str = "", provider: str = "v1"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function as the wrong version of `where.attribute`."""

    def register(wrong: Callable[..., Any]) -> Callable[..., Any]:
        bug(name, seed, (where, attribute, wrong), store=store, provider=provider)
        return wrong

    return register


def bugs_over(store: str) -> list[str]:
    """Return the names of the bugs that matter over a kind of store."""
    return [name for name, bug in BUGS.items() if bug.store in ("", store)]
