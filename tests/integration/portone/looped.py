"""LoopedPortOne: V2's gateway of an event loop, for tests that know only calls that block."""

from integration.iamport.looped import Looped, make_blocking

from payments.adapters.portone import LoopPortOneGateway


class LoopedPortOne(Looped, LoopPortOneGateway):
    """PortOne's."""


make_blocking(LoopedPortOne, LoopPortOneGateway)
