"""Renewals: what one process has made of the settings' secrets, and makes anew when they change."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs

from payments.entrypoints.settings import Settings

T = TypeVar("T")
Use = Callable[[], None]


@attrs.define(eq=False)
class _StandIn:
    """Passes everything on to what was made last. A call that has begun ends with what it began with."""

    _made: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)


@attrs.frozen(eq=False)
class Renewals:
    """The parts of a process that hold secrets, in the order in which they were made."""

    _parts: list[Callable[[Settings], Use]] = attrs.field(factory=list, init=False)

    def add(self, prepare: Callable[[Settings], Use]) -> None:
        """Add a part. *prepare* makes what it needs of new settings or raises; what it returns puts that to use."""
        self._parts.append(prepare)

    def made(self, make: Callable[[Settings], T], settings: Settings) -> T:
        """Return what *make* makes, under a stand-in that shows what it makes of the latest settings.

        None stays None: what the settings did not ask for at the start is not made later.
        """
        first = make(settings)
        if first is None:
            return first
        stand_in = _StandIn(first)

        def prepare(renewed: Settings) -> Use:
            following = make(renewed)

            def use() -> None:
                stand_in._made = following

            return use

        self.add(prepare)
        return cast("T", stand_in)

    def renew(self, settings: Settings) -> None:
        """Make everything anew of *settings*. Raises what a part raises; then everything is as it was before."""
        ready = [prepare(settings) for prepare in self._parts]
        for use in ready:
            use()
