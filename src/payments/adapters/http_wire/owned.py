"""Whoever holds connections closes them: a gateway for threads by its `with` block, one of a loop by `async with`."""

from types import TracebackType
from typing import Self

from payments.adapters.http_wire.requests_transport import RequestsTransport
from payments.adapters.http_wire.transport import Closable


class OfThreads:
    """It blocks, and any thread may call it. Close it with `close`, or use it as a context manager."""

    _connections: RequestsTransport

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()


class OfALoop:
    """It suspends, and only the event loop that first calls it may. Close it there, or use it in an `async with`."""

    _connections: Closable

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. Calls that are at work end as Unknown."""
        await self._connections.close()
