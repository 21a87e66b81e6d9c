"""Gateways with the mistakes of hand-written integrations: each must break the law that forbids it."""

import contextlib
from datetime import datetime
from typing import Any

import attrs
import pytest

from payments.adapters.iamport import IamportGateway, wire
from payments.domain.errors import GatewayError, Rejected, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId


class OnlyTheNewest(IamportGateway):
    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        return Attempts((await super().attempts(merchant_id)).reports[-1:])


class OnlyTheFirstPage(IamportGateway):
    async def _attempts_page(self, *args: Any) -> wire.Page:
        page = await super()._attempts_page(*args)
        return attrs.evolve(page, next=0, total=len(page.rows))


class AllRowsOrNone(IamportGateway):
    """Of before: one row that cannot be read spoils the whole answer."""

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        seen = await super().attempts(merchant_id)
        if seen.unreadable:
            raise Unknown(seen.unreadable[0])
        return seen


class SkipsWhatItCannotRead(IamportGateway):
    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        return Attempts((await super().attempts(merchant_id)).reports)


class TakesAtWorkForRefused(IamportGateway):
    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        try:
            return await super().refund(refund, currency, merchant_id)
        except StillAtWork as error:
            raise Rejected(str(error)) from error


class TakesRefusedForAtWork(IamportGateway):
    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        try:
            return await super().refund(refund, currency, merchant_id)
        except Rejected as error:
            raise StillAtWork(str(error)) from error


class WithoutTotal(IamportGateway):
    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        return attrs.evolve(await super().listing(since, until, page), total=0)


class WithoutChecksum(IamportGateway):
    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        body = wire.cancel_body(refund, currency)
        with pytest.MonkeyPatch.context() as patched:
            without = {name: value for name, value in body.items() if name != "checksum"}
            patched.setattr(wire, "cancel_body", lambda *_: without)
            return await super().refund(refund, currency, merchant_id)


class MinorUnitsOnTheWire(IamportGateway):
    async def refund(self, refund: Refund, _: str, merchant_id: MerchantId) -> Report:
        return await super().refund(refund, "KRW", merchant_id)


class SwallowsTrouble(IamportGateway):
    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id, merchant_id)
        return None


class KeepsTheFirstPrice(IamportGateway):
    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        with contextlib.suppress(Rejected):
            await self._register("POST", merchant_id, price, self._deadline())
