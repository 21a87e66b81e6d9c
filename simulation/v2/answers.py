"""Answers of V2's API: what is in the book, in the words of its documents."""

import json
from datetime import timedelta
from typing import Any, Final

from payments.adapters.http_wire.transport import Answer
from payments.domain.report import Outcome, Rank, Report, ReportedRefund
from payments.domain.values import Mode
from simulation.rows import PORTONE
from simulation.scheduler import NOON
from simulation.v2.book import Shown
from simulation.v2.guesses import GuessesV2

_STATUSES: Final = {Outcome.DONE: "SUCCEEDED", Outcome.REQUESTED: "REQUESTED", Outcome.FAILED: "FAILED"}
HTTP: Final = {
    "INVALID_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "PAYMENT_NOT_FOUND": 404,
    "PG_PROVIDER": 502,
}
"""Every other refusal is a 409."""


def done(**fields: Any) -> Answer:
    return Answer(200, json.dumps(fields).encode())


def refused(kind: str, text: str = "") -> Answer:
    """Return a refusal in the provider's words; of a PG with the PG's own."""
    fields = {"type": kind, "message": text or kind.lower()}
    if kind == "PG_PROVIDER":
        fields |= {"pgCode": "B1", "pgMessage": text}
    return Answer(HTTP.get(kind, 409), json.dumps(fields).encode())


def payment(shown: Shown, guesses: GuessesV2) -> dict[str, Any]:
    """Return a payment with the attempt that it shows."""
    fields = _common(shown, guesses)
    fields |= {"id": shown.row.merchant_id, "transactionId": shown.row.gateway_id}
    if shown.is_capture:
        fields["cancellations"] = [cancellation(one) for one in shown.report.refunds]
    return fields


def transaction(shown: Shown, guesses: GuessesV2) -> dict[str, Any]:
    """Return one attempt: the same, but for its ids, and without the cancels of one of which nothing went back."""
    fields = _common(shown, guesses)
    fields |= {"id": shown.row.gateway_id, "paymentId": shown.row.merchant_id}
    if fields["status"] in ("PARTIAL_CANCELLED", "CANCELLED") and shown.is_capture:
        fields["cancellations"] = [cancellation(one) for one in shown.report.refunds]
    return fields


def cancellation(made: ReportedRefund) -> dict[str, Any]:
    return {
        "status": _STATUSES[made.outcome],
        "id": made.provider_id,
        "totalAmount": made.amount,
        "taxFreeAmount": 0,
        "vatAmount": 0,
        "reason": made.reason,
        "requestedAt": text_of(0),
    }


def _common(shown: Shown, guesses: GuessesV2) -> dict[str, Any]:
    row, report = shown.row, shown.report
    fields = {
        "status": "IN_DISPUTE" if row.unreadable else _status(shown, guesses),
        "version": "V2" if row.provider == PORTONE else "V1",
        "currency": report.amount.currency,
        "amount": _amount(report),
        "requestedAt": text_of(0),
        "statusChangedAt": text_of(shown.changed_at),
        "method": _method(report),
    }
    if shown.is_capture or guesses.names_channel:
        fields["channel"] = {"type": "LIVE" if row.mode is Mode.LIVE else "TEST", "pgProvider": "TOSSPAYMENTS"}
    if report.captured_at:
        fields["paidAt"] = report.captured_at.isoformat().replace("+00:00", "Z")
    if report.rank is Rank.DECLINED:
        fields["failure"] = {"reason": "declined"}
    return fields


def _status(shown: Shown, guesses: GuessesV2) -> str:
    report = shown.report
    if report.rank is Rank.READY:
        return "VIRTUAL_ACCOUNT_ISSUED" if report.deposit else "READY"
    if report.rank is Rank.DECLINED:
        return guesses.closed_account if shown.row.closed else "FAILED"
    if report.rank is Rank.CANCELLED:
        return "CANCELLED"
    return "PARTIAL_CANCELLED" if report.refunded else "PAID"


def _amount(report: Report) -> dict[str, int]:
    paid = report.amount.minor if report.is_capture else 0
    return {"total": report.amount.minor, "paid": paid, "cancelled": report.refunded}


def _method(report: Report) -> dict[str, Any]:
    if report.method != "virtual_account":
        return {"type": "PaymentMethodCard"}
    fields = {"type": "PaymentMethodVirtualAccount", "bank": "SHINHAN", "accountNumber": "110"}
    if report.deposit:
        fields |= {
            "accountNumber": report.deposit.account,
            "expiredAt": report.deposit.due.isoformat().replace("+00:00", "Z"),
        }
    return fields


def text_of(milliseconds: int) -> str:
    moment = NOON + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
