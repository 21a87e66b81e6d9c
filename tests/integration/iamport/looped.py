"""LoopedGateway: the gateway of an event loop, for tests that know only calls that block."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self

from support.patience import EVENTUALLY

from payments.adapters.iamport import LoopIamportGateway

CALLS = ("prepare", "find", "attempts", "refund", "revoke", "listing")


class Looped:
    """Runs each call in an event loop of its own, in one thread; the caller's thread waits. Any thread may call it."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)  # type: ignore[call-arg]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waited(self.close())  # type: ignore[attr-defined]
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(EVENTUALLY)
        self._loop.close()

    def _waited(self, call: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result(EVENTUALLY)


def make_blocking(looped: type[Looped], gateway: type[Any]) -> None:
    """Give *looped* the calls of *gateway*, as calls that block."""
    for name in CALLS:
        setattr(looped, name, _blocking(getattr(gateway, name)))


def _blocking(of_the_loop: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    async def call(self: Looped, *arguments: Any) -> Any:
        on_loop = asyncio.get_running_loop() if _is_in(self) else None
        asked = of_the_loop(self, *arguments)
        return await asked if on_loop else self._waited(asked)

    return call


def _is_in(looped: Looped) -> bool:
    """Whether this is already the loop's own thread: one call of the gateway asks another."""
    return threading.current_thread() is looped._thread


class LoopedGateway(Looped, LoopIamportGateway):
    """Iamport's."""


make_blocking(LoopedGateway, LoopIamportGateway)
