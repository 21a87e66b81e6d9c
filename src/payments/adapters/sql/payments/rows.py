"""Converts payments to rows and back; `refund_rows` does it for refunds. Only the history of a report is JSON."""

from payments.adapters.sql.payments.report_rows import Row, Stored, report_of, report_row
from payments.domain.attempt import Attempt, Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.messages import Message
from payments.domain.money import Money, TaxParts
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.refund import Refund
from payments.domain.values import MerchantId, Method, Mode, Terms


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
        "alerted": "\n".join(payment.alerted),
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
        alerted=tuple(row["alerted"].splitlines()),
    )


def _terms_of(row: Stored) -> Terms:
    return Terms(
        parts=TaxParts(tax_free=row["tax_free"], vat=row["vat"]),
        channel=row["channel"],
        digital=row["digital"],
        max_instalments=row["max_instalments"],
    )


def attempt_row(payment: Payment, attempt: Attempt) -> Row:
    own = {
        "disposition": attempt.disposition,
        "note": attempt.note,
        "revoke_failure": attempt.revoke_failure,
        "outside": attempt.outside,
        "taken_at": payment.taken_at(attempt) if attempt.report.is_capture else None,
    }
    return report_row(attempt.report) | own


def orphan_row(orphan: Orphan) -> Row:
    own = {"found_at": orphan.found_at, "taken_at": orphan.taken_at, "note": orphan.note}
    return report_row(orphan.report) | own | {"version": orphan.version, "due_at": orphan.due_at}


def attempt_of(row: Stored) -> Attempt:
    disposition = row["disposition"]
    return Attempt(
        report=report_of(row),
        disposition=disposition and Disposition(disposition),
        note=row["note"],
        revoke_failure=row["revoke_failure"],
        outside=row["outside"],
    )


def orphan_of(row: Stored) -> Orphan:
    return Orphan(
        report=report_of(row),
        found_at=row["found_at"],
        note=row["note"],
        version=row["version"],
        due_at=row["due_at"],
    )


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
