"""A refund by an operator: the form, a confirmation that names sum and payment, and the refund itself.

The confirmation is given the id of the refund, so that a second click is the same refund, and what was left of the
capture, so that an operator who did not see another refund is asked to look again.
"""

from typing import Final

from starlette.responses import Response

from payments.domain.attempt import Attempt
from payments.domain.errors import BadInput
from payments.domain.money import TaxParts
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.values import GatewayId, RefundId
from payments.entrypoints import display
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.visit import Visit

MAX_REASON: Final = 150
_PASSED_ON: Final = ("reason", "tax_free", "vat", "bank", "account", "holder", "phone")


async def confirm(visit: Visit) -> Response:
    """Ask once more, with the sum and the payment. Nothing is stored yet."""
    payment = await visit.service.checkout.visible_to(visit.caller, visit.merchant_id)
    attempt = payment.capture(GatewayId(visit.form.get("attempt", "")))
    currency, left = attempt.report.amount.currency, attempt.left
    amount = left if visit.form.get("all") else display.read_money(visit.form.get("amount", ""), currency)
    if amount > left:
        raise BadInput(f"Only {display.money(left, currency, visit.language)} is left. Nothing was sent.")
    _check(visit, currency)
    refund_id = visit.service.refunds.ids.refund_id()
    return visit.page(
        "refund.html",
        payment=payment,
        attempt=attempt,
        amount=amount,
        left=left,
        refund_id=refund_id,
        passed_on={name: visit.form[name] for name in _PASSED_ON if visit.form.get(name)},
        seal=_seal(visit, refund_id, attempt, amount, left),
    )


async def refund(visit: Visit) -> Response:
    """Refund. The page of the payment then shows what became of it."""
    payment = await visit.service.checkout.visible_to(visit.caller, visit.merchant_id)
    attempt = payment.capture(GatewayId(visit.form.get("attempt", "")))
    refund_id = RefundId(visit.form.get("refund_id", ""))
    amount, seen = _whole(visit, "amount"), _whole(visit, "seen")
    visit.check_seal(visit.form.get("seal", ""), *_said(payment.merchant_id, refund_id, attempt, amount, seen))
    order = _order(visit, attempt, amount, seen)
    await visit.service.refunds.request(visit.caller, payment.merchant_id, order, refund_id)
    sending = visit.service.refunds.send(payment.merchant_id, refund_id)
    await visit.service.sending.within_time(sending, suspends=visit.service.suspends)
    return visit.go(visit.payment_url(payment.merchant_id, refund=refund_id))


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


def _order(visit: Visit, attempt: Attempt, amount: int, seen: int) -> RefundOrder:
    currency = attempt.report.amount.currency
    form = visit.form
    account = None
    if form.get("bank") or form.get("account") or form.get("holder"):
        account = BankAccount(
            bank=form.get("bank", ""),
            number=form.get("account", ""),
            holder=form.get("holder", ""),
            phone=form.get("phone", ""),
        )
    return RefundOrder(
        reason=form.get("reason", "").strip()[:MAX_REASON],
        amount=amount,
        gateway_id=attempt.gateway_id,
        parts=TaxParts(tax_free=_part(visit, "tax_free", currency), vat=_part(visit, "vat", currency)),
        account=account,
        seen=seen,
    )


def _check(visit: Visit, currency: str) -> None:
    """Read the tax parts now, so that a mistake shows before the confirmation."""
    for name in ("tax_free", "vat"):
        _part(visit, name, currency)


def _part(visit: Visit, name: str, currency: str) -> int | None:
    given = visit.form.get(name, "").strip()
    return display.read_money(given, currency, least=0) if given else None


def _whole(visit: Visit, name: str) -> int:
    given = visit.form.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) < 17):
        raise BadInput("The form is not complete. Nothing was sent.")
    return int(given)


def _seal(visit: Visit, refund_id: RefundId, attempt: Attempt, amount: int, seen: int) -> str:
    return visit.seal(*_said(visit.merchant_id, refund_id, attempt, amount, seen))


def _said(merchant_id: str, refund_id: RefundId, attempt: Attempt, amount: int, seen: int) -> tuple[str, ...]:
    return ("refund", merchant_id, refund_id, attempt.gateway_id, str(amount), str(seen))


PAGES: Final = (
    Page("POST", "/payments/{merchant_id}/refund/confirm", confirm),
    Page("POST", "/payments/{merchant_id}/refund", refund),
    Page("POST", "/payments/{merchant_id}/refunds/{refund_id}/approve", approve),
    Page("POST", "/payments/{merchant_id}/refunds/{refund_id}/reject", reject),
)
