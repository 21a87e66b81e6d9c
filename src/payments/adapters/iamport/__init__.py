"""The Gateway of Iamport (PortOne V1).

├── IamportSettings   the address, the keys, the mode and the time limits
├── IamportGateway    the port; it sends HTTP with requests
├── request_pay       the parameters of a payment window; Buyer is what the window shows of the buyer
└── inside            client > api > token > transport > connection; wire and its fields, vocabulary, guesses
"""

from payments.adapters.iamport.client import IamportGateway
from payments.adapters.iamport.settings import IamportSettings
from payments.adapters.iamport.window import Buyer, request_pay

__all__ = ["Buyer", "IamportGateway", "IamportSettings", "request_pay"]
