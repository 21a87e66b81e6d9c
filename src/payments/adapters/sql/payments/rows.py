"""Converts payments to rows and back. Each value has its own column; only the refunds in a report are JSON."""

import json
from collections.abc import Mapping
from typing import Any

from payments.domain.attempt import Attempt, Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.money import Money, TaxParts
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount, Refund, RefundStatus, SealedAccount
from payments.domain.report import Approval, Deposit, Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId, Method, Mode, RefundId, Terms

Row = dict[str, Any]
Stored = Mapping[Any, Any]


def payment_row(payment: Payment) -> Row:
    return {
        "merchant_id": payment.merchant_id,
        "buyer": payment.buyer,
        "order_ref": payment.order,
        "order_scope": payment.order_scope,
        "name": payment.name,
        "price": payment.price.minor,
        "currency": payment.price.currency,
        "mode": payment.mode,
        "method": payment.method,
        "provider": payment.provider,
        "tax_free": payment.terms.parts.tax_free,
        "vat": payment.terms.parts.vat,
        "channel": payment.terms.channel,
        "digital": payment.terms.digital,
        "max_instalments": payment.terms.max_instalments,
        "begun_by": payment.begun_by,
        "created_at": payment.created_at,
        "expires_at": payment.expires_at,
        "status": payment.status,
        "reason": payment.reason,
        "prepared": payment.prepared,
        "version": payment.version,
        "due_at": payment.due_at,
        "checks": payment.checks,
        "failures": payment.failures,
        "unreadable": payment.unreadable,
        "routine": payment.is_routine,
    }


def payment_of(row: Stored, attempts: tuple[Attempt, ...], refunds: tuple[Refund, ...]) -> Payment:
    return Payment(
        merchant_id=MerchantId(row["merchant_id"]),
        buyer=row["buyer"],
        order=row["order_ref"],
        name=row["name"],
        price=Money(row["price"], row["currency"]),
        mode=Mode(row["mode"]),
        method=Method(row["method"]),
        terms=_terms_of(row),
        provider=row["provider"],
        one_per_order=row["order_scope"] != row["buyer"],
        begun_by=row["begun_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        status=Status(row["status"]),
        reason=row["reason"],
        prepared=row["prepared"],
        version=row["version"],
        attempts=attempts,
        refunds=refunds,
        due_at=row["due_at"],
        checks=row["checks"],
        failures=row["failures"],
        unreadable=row["unreadable"],
    )


def _terms_of(row: Stored) -> Terms:
    return Terms(
        parts=TaxParts(tax_free=row["tax_free"], vat=row["vat"]),
        channel=row["channel"],
        digital=row["digital"],
        max_instalments=row["max_instalments"],
    )


def attempt_row(attempt: Attempt) -> Row:
    own = {"disposition": attempt.disposition, "note": attempt.note, "revoke_failure": attempt.revoke_failure}
    return _report_row(attempt.report) | own


def orphan_row(orphan: Orphan) -> Row:
    own = {"found_at": orphan.found_at, "note": orphan.note, "version": orphan.version, "due_at": orphan.due_at}
    return _report_row(orphan.report) | own


def _report_row(report: Report) -> Row:
    deposit = report.deposit
    return {
        "gateway_id": report.gateway_id,
        "provider": report.provider,
        "merchant_id": report.merchant_id,
        "rank": int(report.rank),
        "amount": report.amount.minor,
        "currency": report.amount.currency,
        "refunded": report.refunded,
        "mode": report.mode,
        "method": report.method,
        "reason": report.reason,
        "captured_at": report.captured_at,
        "deposit_bank": deposit.bank if deposit else None,
        "deposit_account": deposit.account if deposit else None,
        "deposit_holder": deposit.holder if deposit else None,
        "deposit_due": deposit.due if deposit else None,
        "receipt_url": report.receipt_url,
        "history": _history_text(report.refunds),
        "approval_number": report.approval.number,
        "transaction_id": report.approval.transaction_id,
        "pg": report.approval.pg,
        "card": report.approval.card,
        "months": report.approval.months,
    }


def attempt_of(row: Stored) -> Attempt:
    disposition = row["disposition"]
    return Attempt(
        report=_report_of(row),
        disposition=disposition and Disposition(disposition),
        note=row["note"],
        revoke_failure=row["revoke_failure"],
    )


def orphan_of(row: Stored) -> Orphan:
    return Orphan(
        report=_report_of(row),
        found_at=row["found_at"],
        note=row["note"],
        version=row["version"],
        due_at=row["due_at"],
    )


def _report_of(row: Stored) -> Report:
    return Report(
        gateway_id=GatewayId(row["gateway_id"]),
        provider=row["provider"],
        merchant_id=MerchantId(row["merchant_id"]),
        rank=Rank(row["rank"]),
        amount=Money(row["amount"], row["currency"]),
        refunded=row["refunded"],
        mode=Mode(row["mode"]),
        method=row["method"],
        reason=row["reason"],
        captured_at=row["captured_at"],
        deposit=_deposit_of(row),
        receipt_url=row["receipt_url"],
        refunds=_history_of(row["history"]),
        approval=Approval(
            number=row["approval_number"],
            transaction_id=row["transaction_id"],
            pg=row["pg"],
            card=row["card"],
            months=row["months"],
        ),
    )


def _deposit_of(row: Stored) -> Deposit | None:
    if row["deposit_account"] is None:
        return None
    return Deposit(
        bank=row["deposit_bank"],
        account=row["deposit_account"],
        holder=row["deposit_holder"],
        due=row["deposit_due"],
    )


def _history_text(history: tuple[ReportedRefund, ...]) -> str:
    return json.dumps([[r.provider_id, r.amount, r.reason] for r in history], ensure_ascii=False) if history else "[]"


def _history_of(text: str) -> tuple[ReportedRefund, ...]:
    if text == "[]":
        return ()
    return tuple(ReportedRefund(provider_id=id_, amount=amount, reason=why) for id_, amount, why in json.loads(text))


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


def event_row(payment: Payment, event: Event) -> Row:
    return {
        "merchant_id": payment.merchant_id,
        "version": event.version,
        "kind": event.kind,
        "at": event.at,
        "reported_by": event.by,
        "gateway_id": event.gateway_id,
        "refund_id": event.refund_id,
        "amount": event.amount,
        "reason": event.reason,
        "status": event.status,
    }


def event_of(row: Stored) -> Event:
    return Event(
        kind=EventKind(row["kind"]),
        at=row["at"],
        by=row["reported_by"],
        gateway_id=row["gateway_id"],
        refund_id=row["refund_id"],
        amount=row["amount"],
        reason=row["reason"],
        version=row["version"],
        status=Status(row["status"]),
    )


def message_row(message: Message, event_version: int | None) -> Row:
    return {
        "id": message.id,
        "merchant_id": message.merchant_id,
        "version": message.version,
        "event_version": event_version,
        "body": message.body,
        "created_at": message.created_at,
        "due_at": message.created_at,
        "tries": message.tries,
        "error": message.error,
    }
