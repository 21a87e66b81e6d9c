"""The Gateway of one shop, for threads and for an event loop: one client, two transports."""

from payments.adapters.http_wire.owned import OfALoop, OfThreads
from payments.adapters.http_wire.requests_transport import RequestsTransport
from payments.adapters.portone.client import Client
from payments.adapters.portone.settings import PortOneSettings


class PortOneGateway(OfThreads, Client):
    """It blocks, and any thread may call it. Close it with `close`, or use it as a context manager."""

    def __init__(self, settings: PortOneSettings) -> None:
        self._connections = RequestsTransport(settings)
        Client.__init__(self, settings, self._connections)


class LoopPortOneGateway(OfALoop, Client):
    """It suspends, and only the event loop that first calls it may. Close it there, or use it in an `async with`.

    It needs aiohttp, and raises ImportError without it.
    """

    def __init__(self, settings: PortOneSettings) -> None:
        from payments.adapters.http_wire.loop_transport import LoopTransport

        connections = LoopTransport(settings)
        self._connections = connections
        Client.__init__(self, settings, connections)
