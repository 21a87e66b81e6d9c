"""What a host program brings: HostPrices, its function of prices as a port, for blocking and loop forms alike."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import attrs

from payments.domain.values import Offer


@attrs.frozen
class HostPrices:
    """Prices by a function of the host, plain or a coroutine. It raises OrderNotFound where there is no such order."""

    offer_for: Callable[[str, str], Any]

    async def offer(self, buyer: str, order: str) -> Offer:
        """Return what the host asks. On an event loop a plain function runs in a thread, so that it may block."""
        if inspect.iscoroutinefunction(self.offer_for):
            found: Offer = await self.offer_for(buyer, order)
            return found
        if _in_loop():
            return await asyncio.to_thread(self.offer_for, buyer, order)
        plain: Offer = self.offer_for(buyer, order)
        return plain


def _in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
