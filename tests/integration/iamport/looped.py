"""LoopedGateway: the gateway of an event loop, for tests that know only calls that block."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self

from support.patience import EVENTUALLY

from payments.adapters.iamport import IamportSettings, LoopIamportGateway


class LoopedGateway(LoopIamportGateway):
    """Runs each call in an event loop of its own, in one thread; the caller's thread waits. Any thread may call it."""

    def __init__(self, settings: IamportSettings) -> None:
        super().__init__(settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waited(self.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(EVENTUALLY)
        self._loop.close()

    def _waited(self, call: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result(EVENTUALLY)


def _blocking(name: str) -> Callable[..., Any]:
    async def call(self: LoopedGateway, *arguments: Any) -> Any:
        return self._waited(getattr(LoopIamportGateway, name)(self, *arguments))

    return call


for name in ("prepare", "find", "attempts", "refund", "revoke", "listing"):
    setattr(LoopedGateway, name, _blocking(name))
