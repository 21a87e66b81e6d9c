"""The Gateway of one shop, for threads and for an event loop: one client, two transports."""

from payments.adapters.http_wire.owned import OfALoop, OfThreads
from payments.adapters.http_wire.requests_transport import RequestsTransport
from payments.adapters.iamport.client import Client
from payments.adapters.iamport.settings import IamportSettings


class IamportGateway(OfThreads, Client):
    """It blocks, and any thread may call it. Close it with `close`, or use it as a context manager."""

    def __init__(self, settings: IamportSettings) -> None:
        self._connections = RequestsTransport(settings)
        Client.__init__(self, settings, self._connections)


class LoopIamportGateway(OfALoop, Client):
    """It suspends, and only the event loop that first calls it may. Close it there, or use it in an `async with`.

    It needs aiohttp, and raises ImportError without it.
    """

    def __init__(self, settings: IamportSettings) -> None:
        from payments.adapters.http_wire.loop_transport import LoopTransport

        connections = LoopTransport(settings)
        self._connections = connections
        Client.__init__(self, settings, connections)
