"""V2 gateways with the mistakes of hand-written integrations: each must break the law that forbids it."""

import contextlib
import secrets
from datetime import datetime
from typing import Any

import attrs
import pytest

from payments.adapters.portone import PortOneGateway, cancelling, client, wire
from payments.domain.errors import GatewayError, Rejected, StillAtWork, Unknown
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId


class ShownAttemptAlone(PortOneGateway):
    """Takes the payment for its only attempt, as the documents' samples do."""

    async def _transactions(self, *_: Any) -> None:
        return None


class AllOrNone(PortOneGateway):
    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        seen = await super().attempts(merchant_id)
        if seen.unreadable:
            raise Unknown(seen.unreadable[0])
        return seen


class SkipsInSilence(PortOneGateway):
    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        return Attempts((await super().attempts(merchant_id)).reports)


class WithoutCancellableAmount(PortOneGateway):
    """Leaves the checksum out, which V2 then does not check. A key of its own for each body hides that."""

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        with pytest.MonkeyPatch.context() as patched:
            body = cancelling.cancel_body(refund)
            without = {name: value for name, value in body.items() if name != "currentCancellableAmount"}
            patched.setattr(client, "cancel_body", lambda _: without)
            return await super().refund(refund, currency, merchant_id)


class AnotherKeyForEachSend(PortOneGateway):
    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(client, "idempotency_key", lambda *_: secrets.token_hex(32))
            return await super().refund(refund, currency, merchant_id)


class RecordsV1(PortOneGateway):
    """Takes the V1 payments in V2's answers for its own."""

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(wire, "is_of_v1", lambda _: False)
            asked = client.Client._list_call
            patched.setattr(
                client.Client,
                "_list_call",
                lambda it, page, given: asked(it, page, {n: v for n, v in given.items() if n != "version"}),
            )
            return await super().listing(since, until, page)


class OneKeyForEver(PortOneGateway):
    """Repeats a refund under its first key after a believed refusal, so the provider repeats the stored refusal."""

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        with pytest.MonkeyPatch.context() as patched:
            key = cancelling.idempotency_key
            patched.setattr(client, "idempotency_key", lambda name, body, _: key(name, body, 0))
            return await super().refund(refund, currency, merchant_id)


class MajorUnits(PortOneGateway):
    """Sends major units, as V1 wants them."""

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        major = attrs.evolve(refund, amount=max(refund.amount // 100, 1), remainder=refund.remainder // 100)
        return await super().refund(major, currency, merchant_id)


class TakesOutstandingForRefused(PortOneGateway):
    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        try:
            return await super().refund(refund, currency, merchant_id)
        except StillAtWork as error:
            raise Rejected(str(error)) from error


class TakesAccountLessReadyForWaiting(PortOneGateway):
    """Closes whatever is open."""

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        return await self._again(gateway_id, merchant_id)


class PagesWithoutTotal(PortOneGateway):
    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        return attrs.evolve(await super().listing(since, until, page), total=0)


class SwallowsItAll(PortOneGateway):
    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id, merchant_id)
        return None
