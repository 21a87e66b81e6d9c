"""A refund by an operator: a confirmation that names sum and payment, the refund itself, and a second person."""

from typing import Final

from starlette.responses import Response

from payments.domain.money import TaxParts
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.values import RefundId
from payments.entrypoints import display
from payments.entrypoints.console.pages.confirming import Asked
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit

MAX_REASON: Final = 150
_PASSED_ON: Final = ("reason", "override", "tax_free", "vat", "bank", "account", "holder", "phone")
_WHAT: Final = "refund"


async def confirm(visit: Visit) -> Response:
    """Ask once more, with the sum and the payment. Nothing is stored yet."""
    asked = await Asked.typed(visit, _WHAT)
    for name in ("tax_free", "vat"):  # a mistake shows before the confirmation
        _part(visit, name, asked.currency)
    passed_on = {name: visit.form[name] for name in _PASSED_ON if visit.form.get(name)}
    return visit.page("refund.html", asked=asked, passed_on=passed_on, seal=asked.seal(visit))


async def refund(visit: Visit) -> Response:
    """Refund. The page of the payment then shows what became of it."""
    asked = await Asked.confirmed(visit, _WHAT)
    merchant_id, refund_id = asked.payment.merchant_id, asked.refund_id
    await visit.service.refunds.request(visit.caller, merchant_id, _order(visit, asked), refund_id)
    sending = visit.service.refunds.send(merchant_id, refund_id)
    await visit.service.sending.within_time(sending, suspends=visit.service.suspends)
    return visit.go(visit.payment_url(merchant_id, refund=refund_id))


async def approve(visit: Visit) -> Response:
    """Approve a refund that another person requested, and send it."""
    refund_id = RefundId(visit.params["refund_id"])
    payment = await visit.service.approvals.approve(visit.caller, visit.merchant_id, refund_id)
    sending = visit.service.refunds.send(payment.merchant_id, refund_id)
    await visit.service.sending.within_time(sending, suspends=visit.service.suspends)
    return visit.go(visit.payment_url(payment.merchant_id, refund=refund_id))


async def reject(visit: Visit) -> Response:
    """Give up a refund that waits for a second person."""
    refund_id = RefundId(visit.params["refund_id"])
    why = visit.form.get("why", "").strip() or f"by {visit.caller}"
    payment = await visit.service.approvals.reject(visit.caller, visit.merchant_id, refund_id, why)
    return visit.go(visit.payment_url(payment.merchant_id, refund=refund_id))


def _order(visit: Visit, asked: Asked) -> RefundOrder:
    form = visit.form
    account = None
    if form.get("bank") or form.get("account") or form.get("holder"):
        account = BankAccount(
            bank=form.get("bank", ""),
            number=form.get("account", ""),
            holder=form.get("holder", ""),
            phone=form.get("phone", ""),
        )
    parts = TaxParts(tax_free=_part(visit, "tax_free", asked.currency), vat=_part(visit, "vat", asked.currency))
    return RefundOrder(
        reason=form.get("reason", "").strip()[:MAX_REASON],
        amount=asked.amount,
        gateway_id=asked.attempt.gateway_id,
        parts=parts,
        account=account,
        seen=asked.seen,
        override=form.get("override", "").strip(),
    )


def _part(visit: Visit, name: str, currency: str) -> int | None:
    given = visit.form.get(name, "").strip()
    return display.read_money(given, currency, least=0) if given else None


PAGES: Final = (
    Page("POST", "/payments/{merchant_id}/refund/confirm", confirm),
    Page("POST", "/payments/{merchant_id}/refund", refund),
    Page("POST", "/payments/{merchant_id}/refunds/{refund_id}/approve", approve),
    Page("POST", "/payments/{merchant_id}/refunds/{refund_id}/reject", reject),
)
