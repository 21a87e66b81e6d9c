"""PortOneProvider: the local PortOne V2 on a socket, behind its gateway."""

import contextlib
from collections.abc import Iterator
from typing import Any

import attrs
from integration.contracts.gateway.providers import PaymentWindowShut, SandboxProvider
from integration.iamport.scripted import Scripted, answered

from payments.adapters.portone import PortOneGateway, PortOneSettings
from payments.domain.money import Money
from payments.domain.values import GatewayId, MerchantId, Method, Mode
from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.settings import SandboxSettings

ROUTES = ("v2_get_payment", "v2_get_payments", "v2_get_transactions")


def account_at(sandbox: Sandbox, **changes: Any) -> PortOneSettings:
    """Return the settings of a gateway to the sandbox's V2."""
    there = sandbox.portone.settings
    facts = {"api_url": sandbox.portone.url, "api_secret": there.secret, "store_id": there.store_id, "mode": Mode.TEST}
    return PortOneSettings(**facts | changes)


@attrs.define
class PortOneProvider(SandboxProvider):
    gateway: PortOneGateway  # type: ignore[assignment]
    in_trouble: PortOneGateway  # type: ignore[assignment]
    sandbox: Sandbox
    opened: dict[GatewayId, MerchantId] = attrs.field(factory=dict)
    lists_attempts: bool = False
    cancel: str = "v2_cancel"

    @classmethod
    @contextlib.contextmanager
    def of(cls, kind: Any) -> Iterator["PortOneProvider"]:
        with (
            running_sandbox(SandboxSettings(seed=1)) as sandbox,
            Scripted(answered(503, b"down")) as down,
            kind(account_at(sandbox, page_size=3)) as gateway,
            kind(account_at(sandbox, api_url=down.url, tries=1)) as in_trouble,
        ):
            yield cls(gateway, in_trouble, sandbox)

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        word = {Method.CARD: "CARD", Method.VIRTUAL_ACCOUNT: "VIRTUAL_ACCOUNT"}[method]
        asked = {"currency": price.currency, "payMethod": word}
        try:
            opened = self.sandbox.portone.open_window(merchant_id, price.minor, **asked)
        except WindowRefused as error:
            raise PaymentWindowShut from error
        self.opened[GatewayId(opened)] = MerchantId(merchant_id)
        return GatewayId(opened)

    @contextlib.contextmanager
    def unreadable(self, gateway_id: GatewayId) -> Iterator[None]:
        self.sandbox.faults.add(*(f"{route}:new-status={gateway_id}" for route in ROUTES))
        yield
        self.sandbox.faults.clear()
