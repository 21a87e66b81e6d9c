"""Gateways with the mistakes of hand-written integrations: each must break the law that forbids it."""

import contextlib
from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from payments.adapters.iamport import IamportGateway, wire
from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import GatewayError, Rejected
from payments.domain.money import Money
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId


class OnlyTheNewest(IamportGateway):
    async def attempts(self, merchant_id: MerchantId) -> Sequence[Report]:
        return (await super().attempts(merchant_id))[-1:]


class OnlyTheFirstPage(IamportGateway):
    def _attempts_page(self, *args: Any) -> wire.Page:
        return attrs.evolve(super()._attempts_page(*args), next=0)


class WithoutChecksum(IamportGateway):
    async def refund(self, refund: Refund, currency: str) -> Report:
        body = wire.cancel_body(refund, currency)
        with pytest.MonkeyPatch.context() as patched:
            without = {name: value for name, value in body.items() if name != "checksum"}
            patched.setattr(wire, "cancel_body", lambda *_: without)
            return await super().refund(refund, currency)


class MinorUnitsOnTheWire(IamportGateway):
    async def refund(self, refund: Refund, _: str) -> Report:
        return await super().refund(refund, "KRW")


class SwallowsTrouble(IamportGateway):
    async def find(self, gateway_id: GatewayId) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id)
        return None


class KeepsTheFirstPrice(IamportGateway):
    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        with contextlib.suppress(Rejected):
            self._register("POST", merchant_id, price, self._deadline())


class MemoryWithoutChecksum(MemoryGateway):
    async def refund(self, refund: Refund, currency: str) -> Report:
        report = await self.find(refund.gateway_id)
        stale = attrs.evolve(refund, remainder=report.remaining) if report else refund
        return await super().refund(stale, currency)


class MemoryOnlyTheNewest(MemoryGateway):
    async def attempts(self, merchant_id: MerchantId) -> Sequence[Report]:
        return (await super().attempts(merchant_id))[-1:]


class MemorySwallowsTrouble(MemoryGateway):
    async def find(self, gateway_id: GatewayId) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id)
        return None
