"""Iamport (PortOne V1) as our Gateway.

├── IamportSettings   which Iamport, with whose keys
├── IamportGateway    the port, over requests
├── request_pay       the parameters of a payment window, for a payment; Buyer is what it is told of the buyer
└── inside            client > api > token > transport > connection; wire and its fields, vocabulary, guesses
"""

from payments.adapters.iamport.client import IamportGateway
from payments.adapters.iamport.settings import IamportSettings
from payments.adapters.iamport.window import Buyer, request_pay

__all__ = ["Buyer", "IamportGateway", "IamportSettings", "request_pay"]
