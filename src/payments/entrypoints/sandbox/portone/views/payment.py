"""The payment object of V2: a union on `status`, of the same rows that V1 shows in its own words."""

from collections.abc import Callable
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.payments.portone import PortOneCancellation
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancelling import facts_of
from payments.entrypoints.sandbox.portone.book.minor import minor, tax_free_of, total_of, vat_in, vat_of
from payments.entrypoints.sandbox.portone.views.method import method_of
from payments.entrypoints.sandbox.portone.views.moments import moment, when, without_nulls
from payments.entrypoints.sandbox.portone_settings import MERCHANT_ID, PortOneSettings

V1_PROVIDERS: Final = {"naverco": "NAVERCO"}
CAPTURED: Final = ("PAID", "PARTIAL_CANCELLED", "CANCELLED")
WITH_PG_ID: Final = ("PAY_PENDING", "VIRTUAL_ACCOUNT_ISSUED", *CAPTURED)
CONDITIONAL_CHANNEL: Final = ("READY", "FAILED")


def status_of(row: PaymentRow) -> str:
    """Return the status in V2's words."""
    if row.status == "ready":
        if row.awaits_deposit:
            return "VIRTUAL_ACCOUNT_ISSUED"
        return "PAY_PENDING" if facts_of(row).is_pending else "READY"
    if row.status == "cancelled":
        return "PARTIAL_CANCELLED" if row.remaining > 0 and row.paid_at else "CANCELLED"
    return row.status.upper()


@attrs.frozen
class Views:
    """How V2 shows what is in the book."""

    settings: PortOneSettings
    webhooks_of: Callable[[str], list[dict[str, Any]]]
    receipt_of: Callable[[PaymentRow], dict[str, Any] | None]

    def payment(self, row: PaymentRow) -> dict[str, Any]:
        """Return the payment that *row* is the shown attempt of."""
        facts, status = facts_of(row), status_of(row)
        shown = {"status": status, "id": row.merchant_uid, "transactionId": row.imp_uid, **self._common(row, status)}
        shown |= {"origin": self._origin(row)} | self._captured(row, status)
        if status == "PAID":
            shown["disputes"] = [_dispute(each) for each in facts.disputes]
            shown["cancellations"] = cancellations_of(row) or None
        return without_nulls(shown)

    def transaction(self, row: PaymentRow) -> dict[str, Any]:
        """Return one attempt: other names, no `origin`, no `disputes`, and no `cancellations` of what is PAID."""
        status = status_of(row)
        shown = {"status": status, "id": row.imp_uid, "paymentId": row.merchant_uid, **self._common(row, status)}
        return without_nulls(shown | self._captured(row, status))

    def _common(self, row: PaymentRow, status: str) -> dict[str, Any]:
        facts = facts_of(row)
        return {
            "merchantId": MERCHANT_ID,
            "storeId": self.settings.store_id,
            "method": method_of(row),
            "channel": self._channel(row, status),
            "version": "V2" if row.is_v2 else "V1",
            "scheduleId": facts.schedule_id or None,
            "billingKey": facts.billing_key or None,
            "webhooks": self.webhooks_of(row.imp_uid) or None,
            "requestedAt": moment(row.started_at),
            "updatedAt": moment(row.hidden.updated_at),
            "statusChangedAt": moment(row.hidden.updated_at),
            "orderName": row.name,
            "amount": amount_of(row),
            "currency": row.currency,
            "customer": dict(facts.customer) if row.is_v2 else _v1_customer(row),
            "customData": row.custom_data,
            "escrow": {"status": "BEFORE_REGISTERED"} if row.escrow else None,
            **facts.details,
        }

    def _channel(self, row: PaymentRow, status: str) -> dict[str, Any] | None:
        if status in CONDITIONAL_CHANNEL and self.settings.guesses.failed_channel == "left out":
            return None
        facts = facts_of(row)
        return without_nulls(
            {
                "type": "TEST" if row.sandbox else "LIVE",
                "id": facts.channel_key.replace("channel-key", "channel-id") or None,
                "key": facts.channel_key or None,
                "name": facts.channel_name or None,
                "pgProvider": row.pg_provider.upper(),
                "pgMerchantId": row.pg_id,
            }
        )

    def _origin(self, row: PaymentRow) -> dict[str, Any]:
        platform = facts_of(row).platform if row.is_v2 else {"pc": "PC", "mobile": "MOBILE"}.get(row.channel, "API")
        page, agent = facts_of(row).page or None, row.user_agent or None
        return without_nulls({"platformType": platform, "userAgent": agent, "url": page, "ipAddress": "127.0.0.1"})

    def _captured(self, row: PaymentRow, status: str) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        if status in WITH_PG_ID:
            shown["pgTxId"] = row.pg_tid
        if status in CAPTURED:
            shown |= {"paidAt": when(row.paid_at), "receiptUrl": row.receipt_url or None}
            shown["cashReceipt"] = self.receipt_of(row)
        if status in ("PARTIAL_CANCELLED", "CANCELLED"):
            shown |= {"cancellations": cancellations_of(row), "cancelledAt": moment(row.cancelled_at)}
        if status == "FAILED":
            shown |= {"failedAt": moment(row.failed_at), "failure": _failure(row)}
        return shown


def amount_of(row: PaymentRow) -> dict[str, int]:
    """Return the sums of a payment, in minor units."""
    total, tax_free, vat = total_of(row), tax_free_of(row), vat_of(row)
    done = [entry for entry in facts_of(row).cancellations if entry.status == "SUCCEEDED"]
    return {
        "total": total,
        "taxFree": tax_free,
        "vat": vat,
        "supply": total - tax_free - vat,
        "discount": 0,
        "paid": total if row.paid_at else 0,
        "cancelled": minor(row.cancel_amount, row.currency),
        "cancelledTaxFree": sum(entry.tax_free for entry in done),
    }


def cancellations_of(row: PaymentRow) -> list[dict[str, Any]]:
    """Return the cancels of a payment that can be seen, oldest first."""
    if row.is_v2:
        entries = [entry for entry in facts_of(row).cancellations if not entry.works_until]
        return [cancellation_of(entry, row) for entry in entries]
    return [
        {
            "status": "SUCCEEDED",
            "id": entry.cancellation_id,
            "totalAmount": minor(entry.amount, row.currency),
            "taxFreeAmount": 0,
            "vatAmount": vat_in(minor(entry.amount, row.currency)),
            "reason": entry.reason,
            "cancelledAt": moment(entry.cancelled_at),
            "requestedAt": moment(entry.cancelled_at),
        }
        for entry in row.cancel_history
    ]


def cancellation_of(entry: PortOneCancellation, row: PaymentRow) -> dict[str, Any]:
    """Return one cancel: a union on `status`."""
    return without_nulls(
        {
            "status": entry.status,
            "id": entry.id,
            "pgCancellationId": row.pg_tid if entry.status == "SUCCEEDED" else None,
            "totalAmount": entry.total,
            "taxFreeAmount": entry.tax_free,
            "vatAmount": entry.vat,
            "reason": entry.reason,
            "cancelledAt": when(entry.cancelled_at),
            "requestedAt": moment(entry.requested_at),
            "receiptUrl": (row.receipt_url or None) if entry.status == "SUCCEEDED" else None,
            "trigger": entry.trigger,
        }
    )


def _failure(row: PaymentRow) -> dict[str, Any]:
    reason = row.fail_reason or ""
    return {"reason": reason, "pgMessage": reason} if reason else {}


def _dispute(each: Any) -> dict[str, Any]:
    times = {name: moment(each[name]) for name in ("createdAt", "resolvedAt") if each.get(name)}
    return {"status": each["status"], "reason": each["reason"], **times}


def _v1_customer(row: PaymentRow) -> dict[str, Any]:
    return without_nulls({"name": row.buyer_name, "email": row.buyer_email, "phoneNumber": row.buyer_tel})
