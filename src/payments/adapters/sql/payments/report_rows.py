"""Converts reports to columns and back: they are the same in `attempts` and `orphans`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from payments.domain.money import Money
from payments.domain.report import Approval, Deposit, Outcome, Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId, Mode

Row = dict[str, Any]
Stored = Mapping[Any, Any]


def report_row(report: Report) -> Row:
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


def report_of(row: Stored) -> Report:
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
    if not history:
        return "[]"
    entries = [
        [r.provider_id, r.amount, r.reason, r.outcome, r.at.astimezone(UTC).isoformat() if r.at else None]
        for r in history
    ]
    return json.dumps(entries, ensure_ascii=False)


def _history_of(text: str) -> tuple[ReportedRefund, ...]:
    if text == "[]":
        return ()
    return tuple(
        ReportedRefund(
            provider_id=id_,
            amount=amount,
            reason=why,
            outcome=Outcome(outcome),
            at=datetime.fromisoformat(at) if at else None,
        )
        for id_, amount, why, outcome, at in json.loads(text)
    )
