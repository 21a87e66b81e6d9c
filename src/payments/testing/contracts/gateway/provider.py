"""What stands behind a gateway under test: a provider with a buyer, a bank and a console. You write one for yours."""

from contextlib import AbstractContextManager
from typing import Protocol

from payments.domain.money import Money
from payments.domain.ports import Gateway
from payments.domain.values import GatewayId, MerchantId, Method


class Provider(Protocol):
    """A gateway, one whose provider has broken down, and everybody else who can touch a payment."""

    gateway: Gateway
    in_trouble: Gateway
    opened: dict[GatewayId, MerchantId]
    """The merchant id of each attempt."""
    pays_by: Method
    """How a window is paid that `open` opened without a method."""

    lists_attempts: bool
    """Whether its list has every attempt, and not only the one that a payment shows."""

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        """Open a window; PaymentWindowShut where the provider does not."""

    def approve(self, gateway_id: GatewayId) -> None: ...
    def decline(self, gateway_id: GatewayId) -> None: ...
    def issue(self, gateway_id: GatewayId) -> None: ...
    def deposit(self, gateway_id: GatewayId) -> None: ...
    def console(self, gateway_id: GatewayId, amount: int) -> None: ...
    def unreadable(self, gateway_id: GatewayId) -> AbstractContextManager[None]:
        """Meanwhile, no report can be made of the attempt."""

    def slow_refund(self) -> AbstractContextManager[None]:
        """The next refund gets no answer and is worked on, until the end of this."""

    def refuse_refunds(self, times: int) -> None:
        """Refuse so many refunds, for a reason that passes by itself."""


class PaymentWindowShut(Exception):
    """No window opened."""
