"""The Gateway of one shop, for threads and for an event loop: one client, two transports."""

from types import TracebackType
from typing import Self

from payments.adapters.http_wire.requests_transport import RequestsTransport
from payments.adapters.portone.client import Client
from payments.adapters.portone.settings import PortOneSettings


class PortOneGateway(Client):
    """It blocks, and any thread may call it. Close it with `close`, or use it as a context manager."""

    def __init__(self, settings: PortOneSettings) -> None:
        self._connections = RequestsTransport(settings)
        super().__init__(settings, self._connections)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()


class LoopPortOneGateway(Client):
    """It suspends, and only the event loop that first calls it may. Close it there, or use it in an `async with`.

    It needs aiohttp, and raises ImportError without it.
    """

    def __init__(self, settings: PortOneSettings) -> None:
        from payments.adapters.http_wire.loop_transport import LoopTransport

        self._connections = LoopTransport(settings)
        super().__init__(settings, self._connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. Calls that are at work end as Unknown."""
        await self._connections.close()
