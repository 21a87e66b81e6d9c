"""Converts refunds to rows and back. An account is stored encrypted, except in test mode without a key."""

import json

from payments.adapters.sql.payments.report_rows import Row, Stored
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount, Refund, RefundStatus, SealedAccount
from payments.domain.values import GatewayId, RefundId


def refund_row(payment: Payment, position: int) -> Row:
    refund = payment.refunds[position]
    return {
        "merchant_id": payment.merchant_id,
        "id": refund.id,
        "position": position,
        "gateway_id": refund.gateway_id,
        "amount": refund.amount,
        "remainder": refund.remainder,
        "reason": refund.reason,
        "requested_by": refund.by,
        "requested_at": refund.requested_at,
        "status": refund.status,
        "tax_free": refund.tax_free,
        "vat": refund.vat,
        "account": _account_text(refund.account),
        "sends": refund.sends,
        "sent_at": refund.sent_at,
        "sending_until": refund.sending_until,
        "refusals": refund.refusals,
        "not_before": refund.not_before,
        "accepted_at": refund.accepted_at,
        "provider_id": refund.provider_id,
        "failure": refund.failure,
        "done_at": refund.done_at,
    }


def refund_of(row: Stored) -> Refund:
    return Refund(
        id=RefundId(row["id"]),
        gateway_id=GatewayId(row["gateway_id"]),
        amount=row["amount"],
        remainder=row["remainder"],
        reason=row["reason"],
        by=row["requested_by"],
        requested_at=row["requested_at"],
        status=RefundStatus(row["status"]),
        tax_free=row["tax_free"],
        vat=row["vat"],
        account=_account_of(row["account"]),
        sends=row["sends"],
        sent_at=row["sent_at"],
        sending_until=row["sending_until"],
        refusals=row["refusals"],
        not_before=row["not_before"],
        accepted_at=row["accepted_at"],
        provider_id=row["provider_id"],
        failure=row["failure"],
        done_at=row["done_at"],
    )


def _account_text(account: BankAccount | SealedAccount | None) -> str | None:
    """Return what is stored of an account: a token, or JSON where test mode has no key to make one."""
    if isinstance(account, BankAccount):
        return json.dumps([account.bank, account.number, account.holder, account.phone], ensure_ascii=False)
    return None if account is None else account.token


def _account_of(text: str | None) -> BankAccount | SealedAccount | None:
    if text is None:
        return None
    if not text.startswith("["):
        return SealedAccount(text)
    bank, number, holder, phone = json.loads(text)
    return BankAccount(bank=bank, number=number, holder=holder, phone=phone)
