"""Calls about refunds and strays. For the shop's server only."""

from typing import Final

from payments.domain.errors import (
    BadInput,
    ConcurrentUpdate,
    ContractViolation,
    PaymentNotFound,
    RefundInProgress,
    RefundRefused,
    RuleViolation,
)
from payments.domain.money import TaxParts
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount, RefundStatus
from payments.domain.refunding import RefundOrder, stray
from payments.domain.use_cases.people.approvals import SecondPersonNeeded
from payments.domain.values import GatewayId, RefundId
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.shapes.cursors import page_of, read_cursor
from payments.entrypoints.http.shapes.inputs import Account, HoldStray, RequestRefund, ReturnStray, StrayPage
from payments.entrypoints.money_back import RefundsView, RefundView, refund_view
from payments.entrypoints.service import Service
from payments.entrypoints.stray_views import StraysView, stray_views
from payments.entrypoints.views import PaymentView, payment_view

_REFUNDED: Final = {
    201: ("Refunded", RefundView),
    202: ("Stored; the outcome is not known within 10 seconds, and the refund continues", RefundView),
}
_MAY_FAIL: Final = (
    PaymentNotFound, RefundRefused, RuleViolation, RefundInProgress, BadInput, ContractViolation, ConcurrentUpdate,
)  # fmt: skip


@operation(
    "POST",
    "/payments/{merchant_id}/refunds",
    tag="refunds",
    lane=Lane.PROVIDER,
    body=RequestRefund,
    answers=_REFUNDED,
    problems=_MAY_FAIL,
    idempotent=True,
)
async def create(service: Service, call: Call) -> Answer:
    """Refund a capture in part or in full"""
    body: RequestRefund = call.body
    return await _refund(
        service,
        call,
        RefundOrder(
            reason=body.reason,
            amount=body.amount,
            gateway_id=GatewayId(body.gateway_id) if body.gateway_id else None,
            parts=TaxParts(tax_free=body.tax_free, vat=body.vat),
            account=_account(body.account),
            override=body.override,
        ),
    )


@operation(
    "GET",
    "/payments/{merchant_id}/refunds",
    tag="refunds",
    lane=Lane.STORE,
    answers={200: ("The payment's refunds", RefundsView)},
    problems=(PaymentNotFound,),
)
async def listing(service: Service, call: Call) -> Answer:
    """List a payment's refunds"""
    payment = await service.checkout.visible_to(call.caller, call.merchant_id)
    return Answer(200, RefundsView(refunds=[refund_view(payment, refund) for refund in payment.refunds]))


@operation(
    "POST",
    "/payments/{merchant_id}/refunds/{refund_id}/approve",
    tag="refunds",
    lane=Lane.PROVIDER,
    answers=_REFUNDED,
    problems=(*_MAY_FAIL, SecondPersonNeeded),
)
async def approve(service: Service, call: Call) -> Answer:
    """Approve a refund that another key or operator requested, and send it"""
    payment = await service.approvals.approve(call.caller, call.merchant_id, _refund_id(call))
    return await _sent(service, payment, _refund_id(call))


@operation(
    "POST",
    "/payments/{merchant_id}/refunds/{refund_id}/reject",
    tag="refunds",
    lane=Lane.STORE,
    answers={200: ("Given up; nothing was sent", RefundView)},
    problems=(PaymentNotFound, RefundRefused, ConcurrentUpdate),
)
async def reject(service: Service, call: Call) -> Answer:
    """Give up a refund that waits for a second person"""
    payment = await service.approvals.reject(call.caller, call.merchant_id, _refund_id(call), f"by {call.caller}")
    return Answer(200, refund_view(payment, payment.refund(_refund_id(call))))


@operation(
    "GET",
    "/strays",
    tag="strays",
    lane=Lane.STORE,
    query=StrayPage,
    answers={200: ("Strays that are neither refunded nor held", StraysView)},
)
async def strays(service: Service, call: Call) -> Answer:
    """List strays; `limit` counts payments"""
    query: StrayPage = call.query
    secrets = service.client_tokens.secrets
    before = read_cursor(secrets, "strays", query.cursor)
    found = await service.refunds.strays(call.caller, before, query.limit + 1)
    shown, after = page_of(found, query.limit, secrets, "strays", lambda one: one.merchant_id)
    return Answer(
        200,
        StraysView(
            strays=[stray for payment in shown for stray in stray_views(payment)],
            next=after,
        ),
    )


@operation(
    "POST",
    "/payments/{merchant_id}/strays/{gateway_id}/return",
    tag="strays",
    lane=Lane.PROVIDER,
    body=ReturnStray,
    answers=_REFUNDED,
    problems=_MAY_FAIL,
    idempotent=True,
)
async def refund_stray(service: Service, call: Call) -> Answer:
    """Refund a stray in full"""
    body: ReturnStray = call.body
    payment = await service.checkout.visible_to(call.caller, call.merchant_id)
    attempt = stray(payment, GatewayId(call.request.path["gateway_id"]))
    order = RefundOrder(reason=body.reason, gateway_id=attempt.gateway_id, account=_account(body.account))
    return await _refund(service, call, order)


@operation(
    "POST",
    "/payments/{merchant_id}/strays/{gateway_id}/hold",
    tag="strays",
    lane=Lane.STORE,
    body=HoldStray,
    answers={200: ("Held", PaymentView)},
    problems=(PaymentNotFound, RefundRefused, ConcurrentUpdate),
)
async def hold(service: Service, call: Call) -> Answer:
    """Hold a stray, with a note"""
    body: HoldStray = call.body
    gateway_id = GatewayId(call.request.path["gateway_id"])
    payment = await service.refunds.hold_stray(call.caller, call.merchant_id, gateway_id, body.note)
    return Answer(200, payment_view(payment, for_shop=True))


async def _refund(service: Service, call: Call, order: RefundOrder) -> Answer:
    """Store the refund, send it, and answer in time: 202 if the outcome is not known by then."""
    refund_id = call.refund_id or service.refunds.ids.refund_id()
    payment = await service.refunds.request(call.caller, call.merchant_id, order, refund_id)
    return await _sent(service, payment, refund_id)


def _refund_id(call: Call) -> RefundId:
    return RefundId(call.request.path["refund_id"])


async def _sent(service: Service, payment: Payment, refund_id: RefundId) -> Answer:
    sending = service.refunds.send(payment.merchant_id, refund_id)
    outcome = await service.sending.within_time(sending, suspends=service.suspends)
    payment = outcome.payment if outcome else await service.payments.get(payment.merchant_id)
    refund = payment.refund(refund_id)
    if refund.status is RefundStatus.REFUSED:
        raise RefundRefused(f"The refund was refused and no money was returned: {refund.failure}")
    return Answer(201 if refund.status is RefundStatus.DONE else 202, refund_view(payment, refund))


def _account(given: Account | None) -> BankAccount | None:
    if given is None:
        return None
    return BankAccount(bank=given.bank, number=given.number, holder=given.holder, phone=given.phone)


OPERATIONS: Final = (create, listing, approve, reject, strays, refund_stray, hold)
