"""The Gateway of PortOne V2.

├── PortOneSettings      the address, the secret, the store, the mode and the time limits
├── PortOneGateway       the port for threads; it sends HTTP with requests
├── LoopPortOneGateway   the same for an event loop; it sends HTTP with aiohttp
├── PortOneHints         what its signed webhooks and its returns name
├── request_payment      the parameters of a payment window
└── inside               gateways > client > api > transport; wire and words; guesses: where the documents say nothing
"""

from payments.adapters.portone.gateways import LoopPortOneGateway, PortOneGateway
from payments.adapters.portone.hints import PortOneHints
from payments.adapters.portone.settings import PortOneSettings
from payments.adapters.portone.window import request_payment

__all__ = ["LoopPortOneGateway", "PortOneGateway", "PortOneHints", "PortOneSettings", "request_payment"]
