"""Where the provider and its window come back to: the webhook, and the address a phone returns to.

What they say is a hint: it only tells which payment to look at.
"""

import logging
import re
from typing import Final
from urllib.parse import quote

from payments.domain.errors import BadInput, ContractViolation, GatewayError, PaymentNotFound
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.values import GatewayId, MerchantId, merchant_id
from payments.domain.vocabulary import Source
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
    answers={200: ("Understood, whatever became of it", HealthView)},
)
async def webhook(service: Service, call: Call) -> Answer:
    """A hint from Iamport, JSON or form: look at the attempt and settle it"""
    hint: Hint = call.body
    await follow(service, hint, Source.WEBHOOK)
    return Answer(200, HealthView(status="ok"))


@operation(
    "GET",
    "/payments/return",
    tag="provider",
    lane=Lane.STRANGERS,
    query=Hint,
    answers={200: ("What became of it, for a person to read", str), 303: ("On to the shop's own page", None)},
)
async def returning(service: Service, call: Call) -> Answer:
    """Where a phone comes back to after the provider's window: look, settle, and on to the shop's page"""
    hint: Hint = call.query
    payment = await come_back(service, hint)
    if service.web.return_page:
        which = payment.merchant_id if payment else named(hint)
        return Answer(303, None, {"Location": page_after(service.web.return_page, which)})
    language = language_of(call.request.headers.get("accept-language", ""))
    page = result_page(payment.status if payment else None, language)
    return Answer(200, page, {"Content-Security-Policy": POLICY})


async def follow(service: Service, hint: Hint, by: str) -> None:
    """Look at what a hint names and settle it; where the provider cannot tell, the payment is due now."""
    known = _GATEWAY_ID.fullmatch(hint.imp_uid or "")
    try:
        if known and await service.refresher.refresh_attempt(GatewayId(known[0]), by):
            return
    except PaymentNotFound:
        return  # an attempt without money at a payment that is not ours
    except ContractViolation as error:
        log.error("%s: %r is not settled: %s", by, hint.imp_uid, error)  # noqa: TRY400 - no fault of ours to trace
    except GatewayError as error:
        log.warning("%s: %r will be looked at again: %s", by, hint.imp_uid, error)
    await _refresh_soon(service, named(hint))


async def come_back(service: Service, hint: Hint) -> Payment | None:
    """Follow the hint of a returning buyer, by merchant id alone if need be; return the payment if there is one."""
    which = named(hint)
    if which is None:
        await follow(service, hint, Source.RETURN)
        return None
    try:
        payment = await service.payments.get(which)
        if payment.status is Status.PAID:
            return payment  # a page that is loaded again need not ask the provider again
        return (await service.refresher.refresh(which, Source.RETURN)).payment
    except PaymentNotFound:
        return None
    except GatewayError as error:
        log.warning("return: %s will be looked at again: %s", which, error)
        return await service.refresher.refresh_soon(which)


def named(hint: Hint) -> MerchantId | None:
    """Return the payment that a hint names, if that can be one of ours at all."""
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
        log.info("A hint names %s, which is no payment of ours.", which)


def page_after(page: str, which: MerchantId | None) -> str:
    """Return the shop's page for a payment: the id goes where the address says `{merchant_id}`, else to its end."""
    name = quote(which or "", safe="")
    return page.replace("{merchant_id}", name) if "{merchant_id}" in page else page + name


OPERATIONS: Final = (webhook, returning)
