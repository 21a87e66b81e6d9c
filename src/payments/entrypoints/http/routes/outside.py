"""Calls about money that was given back elsewhere. For the shop's server only; nothing is sent to a provider."""

from typing import Final

from payments.domain.errors import BadInput, ConcurrentUpdate, PaymentNotFound, RefundInProgress, RefundRefused
from payments.domain.outside.deciding import GivenBack
from payments.domain.values import GatewayId, RefundId
from payments.entrypoints.books.periods import late_on
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.shapes.inputs import RecordOutside
from payments.entrypoints.money_back import RefundView, refund_view
from payments.entrypoints.service import Service

_MAY_FAIL: Final = (PaymentNotFound, RefundRefused, RefundInProgress, ConcurrentUpdate)


@operation(
    "POST",
    "/payments/{merchant_id}/outside-refunds",
    tag="refunds",
    lane=Lane.STORE,
    body=RecordOutside,
    answers={201: ("Recorded", RefundView)},
    problems=(*_MAY_FAIL, BadInput),
    idempotent=True,
)
async def record_outside(service: Service, call: Call) -> Answer:
    """Record money that was given back elsewhere, such as by bank transfer"""
    body: RecordOutside = call.body
    refund_id = call.refund_id or service.refunds.ids.refund_id()
    given = GivenBack(
        amount=body.amount,
        note=body.note,
        gateway_id=GatewayId(body.gateway_id) if body.gateway_id else None,
        at=late_on(body.on, service.zone, service.clock.now()) if body.on else None,
    )
    payment = await service.outside_refunds.record(call.caller, call.merchant_id, given, refund_id)
    return Answer(201, refund_view(payment, payment.refund(refund_id)))


@operation(
    "POST",
    "/payments/{merchant_id}/outside-refunds/{refund_id}/merge",
    tag="refunds",
    lane=Lane.STORE,
    answers={200: ("It no longer counts", RefundView)},
    problems=_MAY_FAIL,
)
async def merge_outside(service: Service, call: Call) -> Answer:
    """Decide that a record is the same money as a refund that the provider reports"""
    payment = await service.outside_refunds.merge(call.caller, call.merchant_id, _refund_id(call))
    return Answer(200, refund_view(payment, payment.refund(_refund_id(call))))


@operation(
    "POST",
    "/payments/{merchant_id}/outside-refunds/{refund_id}/count",
    tag="refunds",
    lane=Lane.STORE,
    answers={200: ("It counts again", RefundView)},
    problems=_MAY_FAIL,
)
async def count_outside(service: Service, call: Call) -> Answer:
    """Decide that a record in question is other money than the provider reports"""
    payment = await service.outside_refunds.count(call.caller, call.merchant_id, _refund_id(call))
    return Answer(200, refund_view(payment, payment.refund(_refund_id(call))))


def _refund_id(call: Call) -> RefundId:
    return RefundId(call.request.path["refund_id"])


OPERATIONS: Final = (record_outside, merge_outside, count_outside)
