"""Gateways that each break one promise, as hand-written integrations do: the contract must notice every one of them."""

import contextlib

import attrs

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import GatewayError, Unknown
from payments.domain.ports import Attempts
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId


class WithoutChecksum(MemoryGateway):
    """Sends whatever is left as the remainder, so nothing is compared."""

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        report = await self.find(refund.gateway_id)
        stale = attrs.evolve(refund, remainder=report.remaining) if report else refund
        return await super().refund(stale, currency, merchant_id)


class OnlyTheNewest(MemoryGateway):
    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        return Attempts((await super().attempts(merchant_id)).reports[-1:])


class SwallowsTrouble(MemoryGateway):
    """Takes no answer for "there is none"."""

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id, merchant_id)
        return None


class AllRowsOrNone(MemoryGateway):
    """Lets one row that cannot be read hide the others."""

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        seen = await super().attempts(merchant_id)
        if seen.unreadable:
            raise Unknown(seen.unreadable[0])
        return seen


class ForgetsWhatIsAtWork(MemoryGateway):
    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        self._at_work.clear()
        return await super().refund(refund, currency, merchant_id)


class ForgetsRefunds(MemoryGateway):
    """Leaves the history of refunds out of its answers."""

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        return attrs.evolve(await super().refund(refund, currency, merchant_id), refunds=())
