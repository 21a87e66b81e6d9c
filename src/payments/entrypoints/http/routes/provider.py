"""Where the provider and its window call back: the webhook, and the address that a phone returns to.

Their content is only a hint about which payment to refresh.
"""

import logging
import re
from typing import Final
from urllib.parse import quote

from payments.domain.errors import BadInput, ContractViolation, GatewayError, PaymentNotFound
from payments.domain.event import Source
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId, merchant_id
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.routes.result_page import POLICY, language_of, result_page
from payments.entrypoints.http.shapes.inputs import Hint
from payments.entrypoints.service import Service
from payments.entrypoints.views import HealthView

log = logging.getLogger("payments.http")
_GATEWAY_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@operation(
    "POST",
    "/webhooks/iamport",
    tag="provider",
    lane=Lane.STRANGERS,
    body=Hint,
    form=True,
    answers={200: ("Accepted, whatever the result", HealthView)},
)
async def webhook(service: Service, call: Call) -> Answer:
    """A webhook from Iamport, as JSON or form: the attempt is fetched and recorded"""
    hint: Hint = call.body
    await follow(service, hint, Source.WEBHOOK)
    return Answer(200, HealthView(status="ok"))


@operation(
    "GET",
    "/payments/return",
    tag="provider",
    lane=Lane.STRANGERS,
    query=Hint,
    answers={200: ("The result, as a page", str), 303: ("Redirect to the shop's page", None)},
)
async def returning(service: Service, call: Call) -> Answer:
    """Where a phone returns after the provider's window: the payment is refreshed, then the shop's page is shown"""
    hint: Hint = call.query
    payment = await come_back(service, hint)
    if service.web.return_page:
        which = payment.merchant_id if payment else merchant_id_in(hint)
        return Answer(303, None, {"Location": return_page_for(service.web.return_page, which)})
    language = language_of(call.request.headers.get("accept-language", ""))
    page = result_page(payment.status if payment else None, language)
    return Answer(200, page, {"Content-Security-Policy": POLICY})


async def follow(service: Service, hint: Hint, by: str) -> None:
    """Refresh the attempt that a hint names. If the provider does not answer, the payment becomes due now."""
    known = _GATEWAY_ID.fullmatch(hint.imp_uid or "")
    try:
        if known and await service.refresher.refresh_attempt(GatewayId(known[0]), by):
            return
    except PaymentNotFound:
        return  # an attempt without money, at a payment of another system
    except ContractViolation as error:
        log.error("%s: %r is not recorded: %s", by, hint.imp_uid, error)  # noqa: TRY400 - not a bug, so no trace
    except GatewayError as error:
        log.warning("%s: %r will be checked again: %s", by, hint.imp_uid, error)
    await _refresh_soon(service, merchant_id_in(hint))


async def come_back(service: Service, hint: Hint) -> Payment | None:
    """Follow the hint of a returning buyer, by merchant id if possible. Returns the payment if there is one."""
    which = merchant_id_in(hint)
    if which is None:
        await follow(service, hint, Source.RETURN)
        return None
    try:
        payment = await service.payments.get(which)
        if payment.status is Status.PAID:
            return payment  # a reloaded page does not ask the provider again
        return (await service.refresher.refresh(which, Source.RETURN)).payment
    except PaymentNotFound:
        return None
    except GatewayError as error:
        log.warning("return: %s will be checked again: %s", which, error)
        return await service.refresher.refresh_soon(which)


def merchant_id_in(hint: Hint) -> MerchantId | None:
    """Return the merchant id in a hint, or None if it cannot be one of ours."""
    try:
        return merchant_id(hint.merchant_uid or "")
    except BadInput:
        return None


async def _refresh_soon(service: Service, which: MerchantId | None) -> None:
    if which is None:
        return
    try:
        await service.refresher.refresh_soon(which)
    except PaymentNotFound:
        log.info("A hint names %s, which is not a payment of this service.", which)


def return_page_for(page: str, which: MerchantId | None) -> str:
    """Return the address of the shop's page: the id replaces `{merchant_id}`, or is appended."""
    name = quote(which or "", safe="")
    return page.replace("{merchant_id}", name) if "{merchant_id}" in page else page + name


OPERATIONS: Final = (webhook, returning)
