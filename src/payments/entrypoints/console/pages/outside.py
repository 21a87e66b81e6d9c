"""Money that was given back elsewhere: a confirmation, its record, and what the provider's refund of that sum is."""

from typing import Final

from starlette.responses import Response

from payments.domain.outside.deciding import GivenBack
from payments.domain.values import RefundId
from payments.entrypoints.books.periods import late_on
from payments.entrypoints.console.pages.confirming import Asked
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit

_WHAT: Final = "outside"


async def confirm(visit: Visit) -> Response:
    """Ask once more, with the sum and the payment. Nothing is stored yet."""
    asked = await Asked.typed(visit, _WHAT)
    _given(visit, asked)
    passed_on = {name: visit.form[name] for name in ("note", "on") if visit.form.get(name)}
    return visit.page("outside.html", asked=asked, passed_on=passed_on, seal=asked.seal(visit))


async def record(visit: Visit) -> Response:
    """Record it. Nothing is sent to the provider."""
    asked = await Asked.confirmed(visit, _WHAT)
    merchant_id, refund_id = asked.payment.merchant_id, asked.refund_id
    await visit.service.outside_refunds.record(visit.caller, merchant_id, _given(visit, asked), refund_id)
    return visit.go(visit.payment_url(merchant_id) + "#refunds")


async def merge(visit: Visit) -> Response:
    """Decide that it is the same money as a refund that the provider reports."""
    refund_id = RefundId(visit.params["refund_id"])
    payment = await visit.service.outside_refunds.merge(visit.caller, visit.merchant_id, refund_id)
    return visit.go(visit.payment_url(payment.merchant_id) + "#refunds")


async def count(visit: Visit) -> Response:
    """Decide that it is other money than the provider reports."""
    refund_id = RefundId(visit.params["refund_id"])
    payment = await visit.service.outside_refunds.count(visit.caller, visit.merchant_id, refund_id)
    return visit.go(visit.payment_url(payment.merchant_id) + "#refunds")


def _given(visit: Visit, asked: Asked) -> GivenBack:
    on = visit.form.get("on", "")
    return GivenBack(
        amount=asked.amount,
        note=visit.form.get("note", "").strip(),
        gateway_id=asked.attempt.gateway_id,
        at=late_on(on, visit.service.zone, visit.now) if on else None,
        seen=asked.seen,
    )


PAGES: Final = (
    Page("POST", "/payments/{merchant_id}/outside/confirm", confirm),
    Page("POST", "/payments/{merchant_id}/outside", record),
    Page("POST", "/payments/{merchant_id}/outside/{refund_id}/merge", merge),
    Page("POST", "/payments/{merchant_id}/outside/{refund_id}/count", count),
)
