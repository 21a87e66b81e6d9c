"""How V2 shows billing keys and schedules."""

from typing import Any

from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel, channel_of
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.portone.billing.schedules import PortOneSchedule
from payments.entrypoints.sandbox.portone.views.method import ISSUERS
from payments.entrypoints.sandbox.portone.views.moments import moment, when, without_nulls
from payments.entrypoints.sandbox.portone_settings import MERCHANT_ID, PortOneSettings


def channels_of(key: BillingKey, channels: tuple[PortOneChannel, ...]) -> list[dict[str, str]]:
    """Return the channels that a key was issued on."""
    channel = channel_of(channels, key.channel_key)
    return [channel.shown()] if channel else []


def billing_key_of(key: BillingKey, settings: PortOneSettings) -> dict[str, Any]:
    """Return a key: a union on `status`."""
    return without_nulls(
        {
            "status": key.status,
            "billingKey": key.billing_key,
            "merchantId": MERCHANT_ID,
            "storeId": settings.store_id,
            "methods": [_method(key)],
            "channels": channels_of(key, settings.channels),
            "customer": dict(key.customer),
            "customData": key.custom_data,
            "issueId": key.issue_id or None,
            "issueName": key.issue_name or None,
            "requestedAt": when(key.requested_at),
            "issuedAt": moment(key.issued_at),
            "deletedAt": when(key.deleted_at),
        }
    )


def _method(key: BillingKey) -> dict[str, Any]:
    if key.method == "EASY_PAY":
        return without_nulls({"type": "BillingKeyPaymentMethodEasyPay", "provider": key.easy_pay or None})
    number, issuer = key.card.get("card_number"), ISSUERS.get(str(key.card.get("card_code")))
    card = {"issuer": issuer, "publisher": issuer, "name": key.card.get("card_name"), "number": number}
    bins = {"bin": number[:6], "brand": "LOCAL"} if number else {}
    return {"type": "BillingKeyPaymentMethodCard", "card": without_nulls(card) | bins}


def schedule_of(schedule: PortOneSchedule, settings: PortOneSettings) -> dict[str, Any]:
    """Return a schedule: a union on `status`."""
    request = schedule.request
    return without_nulls(
        {
            "status": schedule.status,
            "id": schedule.id,
            "merchantId": MERCHANT_ID,
            "storeId": settings.store_id,
            "paymentId": schedule.payment_id,
            "billingKey": schedule.billing_key,
            "orderName": request.order_name,
            "isCulturalExpense": bool(request.details.get("isCulturalExpense", False)),
            "isEscrow": request.escrow,
            "customer": dict(request.customer),
            "customData": request.custom_data or "",
            "totalAmount": request.total,
            "taxFreeAmount": request.tax_free,
            "vatAmount": request.vat,
            "currency": request.currency,
            "installmentMonth": schedule.installment or None,
            "noticeUrls": list(request.notice_urls) or None,
            "products": request.details.get("products"),
            "createdAt": moment(schedule.created_at),
            "timeToPay": moment(schedule.time_to_pay),
            "revokedAt": when(schedule.revoked_at),
            "startedAt": when(schedule.started_at),
            "completedAt": when(schedule.completed_at),
        }
    )
