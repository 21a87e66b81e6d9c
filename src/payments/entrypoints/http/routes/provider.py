"""Where the provider and its window call back: the webhook, and the address that a phone returns to.

Nothing proves who calls, so what they say is a hint about which payment to check, and no more. The webhook only stores
it: the provider is asked by the worker.
"""

import logging
from typing import Final
from urllib.parse import quote, urlencode

from payments.domain.access import Hint
from payments.domain.errors import GatewayError, PaymentNotFound, WebhookForged
from payments.domain.event import Source
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.values import MerchantId
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.routes.result_page import POLICY, language_of, result_page
from payments.entrypoints.http.shapes.errors import NoSuchProvider
from payments.entrypoints.http.shapes.inputs import ProviderMessage
from payments.entrypoints.limits import TooManyRequests
from payments.entrypoints.service import Service
from payments.entrypoints.views import HealthView

log = logging.getLogger("payments.http")
MAX_WEBHOOK: Final = 64 * 1024
"""Bytes of a webhook: providers add fields without saying so."""


@operation(
    "POST",
    "/webhooks/{provider}",
    tag="provider",
    lane=Lane.HINTS,
    body=ProviderMessage,
    hint=True,
    max_body=MAX_WEBHOOK,
    answers={200: ("Stored, whatever it names", HealthView)},
    problems=(NoSuchProvider, WebhookForged),
)
async def webhook(service: Service, call: Call) -> Answer:
    """A webhook from a provider, as JSON or form: the payment it names becomes due now"""
    request = call.request
    reader = service.readers.get(request.path["provider"])
    if reader is None:
        raise NoSuchProvider("The settings have no account at this provider. Nothing was stored.")
    query = urlencode(list(request.query))
    await service.hints.take(reader.webhook(request.body, request.headers, query, service.clock.now()))
    return Answer(200, HealthView(status="ok"))


@operation(
    "GET",
    "/payments/return",
    tag="provider",
    lane=Lane.STRANGERS,
    query=ProviderMessage,
    hint=True,
    answers={200: ("The result, as a page", str), 303: ("Redirect to the shop's page", None)},
)
async def returning(service: Service, call: Call) -> Answer:
    """Where a phone returns after the provider's window: the payment is refreshed, then the shop's page is shown"""
    given = hint_in(service, call)
    payment = await come_back(service, given)
    if service.web.return_page:
        which = payment.merchant_id if payment else given.merchant_id
        return Answer(303, None, {"Location": return_page_for(service.web.return_page, which)})
    language = language_of(call.request.headers.get("accept-language", ""))
    page = result_page(payment, language, shop_of(service))
    return Answer(200, page, {"Content-Security-Policy": POLICY})


def shop_of(service: Service) -> str:
    """Return where a buyer finds the shop: the first origin that may call us, else the root of our own."""
    return next((origin for origin in service.web.allowed_origins if origin != "*"), "") + "/"


async def come_back(service: Service, given: Hint) -> Payment | None:
    """Refresh the payment that a returning buyer names, and return it; None where it is not known here."""
    which = await service.hints.take(given)
    if which is None:
        return None
    try:
        payment = await service.payments.get(which)
        if payment.status is Status.PAID:
            return payment  # a reloaded page does not ask the provider again
        service.limits.payment.take(f"return {which}")
        return (await service.refresher.refresh(payment, Source.RETURN)).payment
    except PaymentNotFound:
        return None
    except TooManyRequests:
        return payment  # it is due now, so the worker asks
    except GatewayError as error:
        log.warning("return: %s will be checked again: %s", which, error)
        return await service.payments.get(which)


def hint_in(service: Service, call: Call) -> Hint:
    """Return what the address names, in the words of whichever provider wrote it."""
    read = [reader.returning(list(call.request.query)) for reader in service.readers.values()]
    return next((one for one in read if one.merchant_id or one.gateway_id), Hint())


def return_page_for(page: str, which: MerchantId | None) -> str:
    """Return the address of the shop's page: the id replaces `{merchant_id}`, or is appended."""
    name = quote(which or "", safe="")
    return page.replace("{merchant_id}", name) if "{merchant_id}" in page else page + name


OPERATIONS: Final = (webhook, returning)
