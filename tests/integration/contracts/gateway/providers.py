"""What stands behind a gateway: a provider with a buyer, a bank and a console, the same for every kind.

MemoryProvider    the gateway in dicts
SandboxProvider   the local Iamport on a socket, behind Iamport's client
"""

import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar

import attrs
from integration.iamport.scripted import Scripted, answered

from payments.adapters.iamport import IamportGateway, IamportSettings
from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import Rejected, Unknown
from payments.domain.money import Money
from payments.domain.values import GatewayId, MerchantId, Method, Mode
from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.testing.contracts.gateway import PaymentWindowShut


@attrs.define
class MemoryProvider:
    gateway: MemoryGateway
    in_trouble: MemoryGateway
    opened: dict[GatewayId, MerchantId] = attrs.field(factory=dict)
    pays_by: ClassVar[Method] = Method.CARD
    lists_attempts: bool = True

    @classmethod
    @contextlib.contextmanager
    def of(cls, kind: type[MemoryGateway]) -> Iterator["MemoryProvider"]:
        in_trouble = kind()
        for method in ("prepare", "find", "attempts", "refund", "revoke", "listing"):
            in_trouble.trouble(method, Unknown("scripted"), times=100)
        yield cls(kind(page_size=3), in_trouble)

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        try:
            gateway_id = self.gateway.open(merchant_id, price, method)
        except Rejected as error:
            raise PaymentWindowShut from error
        self.opened[gateway_id] = MerchantId(merchant_id)
        return gateway_id

    def approve(self, gateway_id: GatewayId) -> None:
        self.gateway.approve(gateway_id)

    def decline(self, gateway_id: GatewayId) -> None:
        self.gateway.decline(gateway_id)

    def issue(self, gateway_id: GatewayId) -> None:
        self.gateway.issue_deposit(gateway_id)

    def deposit(self, gateway_id: GatewayId) -> None:
        self.gateway.deposit(gateway_id)

    def console(self, gateway_id: GatewayId, amount: int) -> None:
        self.gateway.refund_in_console(gateway_id, amount)

    @contextlib.contextmanager
    def unreadable(self, gateway_id: GatewayId) -> Iterator[None]:
        self.gateway.make_unreadable(gateway_id)
        yield
        self.gateway.make_unreadable(gateway_id, readable=True)

    @contextlib.contextmanager
    def slow_refund(self) -> Iterator[None]:
        self.gateway.lose_refunds()
        yield
        self.gateway.finish_refunds()

    def refuse_refunds(self, times: int) -> None:
        self.gateway.refuse_refunds(times)


@attrs.define
class SandboxProvider:
    gateway: IamportGateway
    in_trouble: IamportGateway
    sandbox: Sandbox
    opened: dict[GatewayId, MerchantId] = attrs.field(factory=dict)
    pays_by: ClassVar[Method] = Method.CARD
    lists_attempts: bool = True
    cancel: str = "cancel"
    """The route of cancels, for faults."""

    @classmethod
    @contextlib.contextmanager
    def of(cls, kind: Any) -> Iterator["SandboxProvider"]:
        with running_sandbox(SandboxSettings(seed=1)) as sandbox, Scripted(answered(503, b"down")) as down:
            keys: dict[str, Any] = {"key": sandbox.settings.key, "secret": sandbox.settings.secret}
            keys |= {"user_code": sandbox.settings.user_code, "mode": Mode.TEST, "page_size": 3}
            with (
                kind(IamportSettings(api_url=sandbox.url, **keys)) as gateway,
                kind(IamportSettings(api_url=down.url, tries=1, **keys)) as in_trouble,
            ):
                yield cls(gateway, in_trouble, sandbox)

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        word = {Method.CARD: "card", Method.VIRTUAL_ACCOUNT: "vbank"}[method]
        amount = price.to_major()
        try:
            opened = self.sandbox.open_window(merchant_id, amount, currency=price.currency, pay_method=word)
        except WindowRefused as error:
            raise PaymentWindowShut from error
        self.opened[GatewayId(opened)] = MerchantId(merchant_id)
        return GatewayId(opened)

    def approve(self, gateway_id: GatewayId) -> None:
        self.sandbox.approve(gateway_id)

    def decline(self, gateway_id: GatewayId) -> None:
        self.sandbox.decline(gateway_id)

    def issue(self, gateway_id: GatewayId) -> None:
        self.sandbox.issue_vbank(gateway_id)

    def deposit(self, gateway_id: GatewayId) -> None:
        self.sandbox.deposit(gateway_id)

    def console(self, gateway_id: GatewayId, amount: int) -> None:
        self.sandbox.console_cancel(gateway_id, amount)

    @contextlib.contextmanager
    def unreadable(self, gateway_id: GatewayId) -> Iterator[None]:
        self.sandbox.faults.add(*(f"{route}:new-status={gateway_id}" for route in ("find", "get_payment", "list")))
        yield
        self.sandbox.faults.clear()

    @contextlib.contextmanager
    def slow_refund(self) -> Iterator[None]:
        self.sandbox.faults.add(f"{self.cancel}:slow x1")
        yield
        self.sandbox.finish_cancels()

    def refuse_refunds(self, times: int) -> None:
        self.sandbox.faults.add(f"{self.cancel}:maintenance x{times}")
