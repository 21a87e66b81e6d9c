"""What an operator may do with a payment beside a refund: look now, cancel, hold a stray."""

from typing import Final

from starlette.responses import Response

from payments.domain.errors import GatewayError
from payments.domain.event import Source
from payments.domain.values import GatewayId
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit


async def refresh(visit: Visit) -> Response:
    """Ask the provider for all attempts at the payment now, and record them."""
    payment = await visit.service.checkout.visible_to(visit.caller, visit.merchant_id)
    try:
        await visit.service.refresher.refresh(payment, Source.OPERATOR)
    except GatewayError:
        await visit.service.refresher.refresh_soon(payment.merchant_id)
        raise
    return visit.go(visit.payment_url(payment.merchant_id, looked="1"))


async def confirm_cancel(visit: Visit) -> Response:
    """Ask before a payment is cancelled."""
    payment = await visit.service.checkout.visible_to(visit.caller, visit.merchant_id)
    return visit.page("cancel.html", payment=payment)


async def cancel(visit: Visit) -> Response:
    """Cancel an unpaid payment."""
    payment = await visit.service.checkout.cancel(visit.caller, visit.merchant_id)
    return visit.go(visit.payment_url(payment.merchant_id))


async def hold(visit: Visit) -> Response:
    """Hold a stray, with a note."""
    gateway_id = GatewayId(visit.params["gateway_id"])
    note = visit.form.get("note", "")
    payment = await visit.service.refunds.hold_stray(visit.caller, visit.merchant_id, gateway_id, note)
    return visit.go(visit.payment_url(payment.merchant_id))


PAGES: Final = (
    Page("POST", "/payments/{merchant_id}/refresh", refresh),
    Page("POST", "/payments/{merchant_id}/cancel/confirm", confirm_cancel),
    Page("POST", "/payments/{merchant_id}/cancel", cancel),
    Page("POST", "/payments/{merchant_id}/strays/{gateway_id}/hold", hold),
)
