"""The Gateway of Iamport (PortOne V1).

├── IamportSettings      the address, the keys, the mode and the time limits
├── IamportGateway       the port for threads; it sends HTTP with requests
├── LoopIamportGateway   the same for an event loop; it sends HTTP with aiohttp
├── IamportHints         what its webhooks and returns name
├── ListedChannel        a channel of the shop as it lists it
├── request_pay          the parameters of a payment window; Buyer is what the window shows of the buyer
└── inside               gateways > client > api > token > transport, of which there are two; wire and its fields
"""

from payments.adapters.iamport.channels import ListedChannel
from payments.adapters.iamport.gateways import IamportGateway, LoopIamportGateway
from payments.adapters.iamport.hints import IamportHints
from payments.adapters.iamport.settings import IamportSettings
from payments.adapters.iamport.window import Buyer, request_pay

__all__ = [
    "Buyer",
    "IamportGateway",
    "IamportHints",
    "IamportSettings",
    "ListedChannel",
    "LoopIamportGateway",
    "request_pay",
]
