"""Converts between PortOne's JSON and domain values. Pure functions; no answer is trusted.

Sums are in minor units on the wire, as in the domain. Fields that are absent and fields that are null are the same.

report        a payment or one of its transactions, as a Report; is_of_v1: it was made through V1
refusal       type and text of an error
page          one page of the list, not converted yet
cancelled     what became of a cancel, and its id
"""

from datetime import datetime
from typing import Final

import attrs

from payments.adapters.http_wire.fields import Fields, cleaned
from payments.adapters.http_wire.jsontext import decoded
from payments.adapters.korean_pgs.words import reason_of
from payments.adapters.portone import words
from payments.adapters.portone.guesses import (
    DEFAULT_DEPOSIT_TERM,
    outcome_of,
    rank_of_cancelled,
    refunded_of_cancelled,
)
from payments.domain.errors import BadInput, ContractViolation, Unknown
from payments.domain.money import Money
from payments.domain.report import Approval, Deposit, Rank, Report, ReportedRefund
from payments.domain.values import MAX_MONTHS, GatewayId, MerchantId, Mode

PROVIDER: Final = "portone"
V1: Final = "iamport"
"""The provider that made, and that alone refunds, what this one shows as a payment of version V1."""
_MODES: Final = {"LIVE": Mode.LIVE, "TEST": Mode.TEST}


def is_of_v1(row: object) -> bool:
    """Return whether a row is a payment of V1, which V2 shows too. Its own provider reports it."""
    return isinstance(row, dict) and row.get("version") == "V1"


def name_of(row: object) -> str:
    """Return a name by which a person can find a row that cannot be read."""
    for field in ("transactionId", "id"):
        name = row.get(field) if isinstance(row, dict) else None
        if isinstance(name, str) and name:
            return cleaned(name, 64)
    return "a row without an id"


def is_captured(row: object) -> bool:
    """Return whether a payment, as the provider shows it, has taken money."""
    return isinstance(row, dict) and row.get("status") in words.CAPTURED


def report(value: object, usual: Mode) -> Report:
    """Return a payment, or one of its transactions, as a Report. Raises Unknown or ContractViolation.

    *usual* is the mode of one that says none: READY and FAILED may come without a channel.
    """
    fields = Fields.of(value, "payment")
    amount = Fields.of(fields.values.get("amount"), "amount")
    total, rank, refunded = _standing(fields, amount)
    is_transaction = isinstance(fields.values.get("paymentId"), str)
    try:
        return Report(
            provider=V1 if is_of_v1(value) else PROVIDER,
            gateway_id=GatewayId(fields.required_text("id" if is_transaction else "transactionId")),
            merchant_id=MerchantId(fields.required_text("paymentId" if is_transaction else "id")),
            rank=rank,
            amount=Money(total, fields.required_text("currency")),
            refunded=refunded,
            mode=_mode(fields, rank, usual),
            method=_method(fields),
            reason=_reason(fields) if rank is Rank.DECLINED else "",
            captured_at=fields.instant("paidAt") if rank >= Rank.CAPTURED else None,
            deposit=_deposit(fields) if rank is Rank.READY else None,
            receipt_url=_link(fields.text("receiptUrl", 1001)),
            refunds=_history(fields) if rank >= Rank.CAPTURED else (),
            approval=_approval(fields),
        )
    except BadInput as error:
        raise ContractViolation(f"The provider reports an impossible payment: {error}") from error


def _standing(fields: Fields, amount: Fields) -> tuple[int, Rank, int]:
    """Return what was asked, the rank, and what went back. Amounts decide what a refund is, as in the whole domain."""
    status, total = fields.required_text("status"), amount.whole("total")
    if status in words.READY:
        return total, Rank.READY, 0
    if status == words.FAILED:
        return total, Rank.DECLINED, 0
    if status not in words.CAPTURED:
        raise Unknown(f"The provider reports an unknown status: {cleaned(status, 30)!r}.")
    paid, refunded = amount.whole("paid"), amount.whole("cancelled")
    if status == words.CANCELLED:
        has_paid_at = fields.instant("paidAt") is not None
        if rank_of_cancelled(has_paid_at=has_paid_at, paid=paid, cancelled=refunded) is Rank.DECLINED:
            return total, Rank.DECLINED, 0
        refunded = refunded_of_cancelled(total, paid, refunded)
        if refunded != total:
            raise ContractViolation("The provider reports a cancelled payment of which some money is left.")
    return total, Rank.CANCELLED if refunded == total else Rank.CAPTURED, refunded


def _mode(fields: Fields, rank: Rank, usual: Mode) -> Mode:
    channel = fields.values.get("channel")
    if isinstance(channel, dict):
        mode = _MODES.get(str(channel.get("type")))
        if mode is None:
            raise ContractViolation("The provider does not say whether a channel is live or test.")
        return mode
    if rank >= Rank.CAPTURED:
        raise ContractViolation("The provider reports money without its channel, so it may be test money.")
    group = fields.values.get("channelGroup")
    is_test = group.get("isForTest") if isinstance(group, dict) else None
    return usual if not isinstance(is_test, bool) else Mode.TEST if is_test else Mode.LIVE


def _object(fields: Fields, name: str) -> Fields:
    """Return an optional object, of whichever member of its union; empty if unset."""
    value = fields.values.get(name)
    return Fields(value if isinstance(value, dict) else {}, name)


def _method(fields: Fields) -> str:
    method = _object(fields, "method")
    kind = method.text("type", 60)
    return words.method_of(kind, method.text("provider", 40))[:40] if kind else ""


def _reason(fields: Fields) -> str:
    failure = _object(fields, "failure")
    said = [failure.text(name, 400) for name in ("pgCode", "pgMessage", "reason")]
    return reason_of(" ".join(dict.fromkeys(filter(None, said))))


def _link(url: str) -> str:
    """Return *url* if a page may link to it, else an empty text: not `javascript:`, and not cut."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 1000 else ""


def _deposit(fields: Fields) -> Deposit | None:
    method = _object(fields, "method")
    account = method.text("accountNumber", 64)
    if fields.values.get("status") != words.ACCOUNT_ISSUED or not account:
        return None
    due = method.instant("expiredAt") or _later(method.instant("issuedAt") or fields.instant("requestedAt"))
    if due is None:
        return None
    bank = words.bank_name(method.text("bank", 64))
    return Deposit(bank=bank, account=account, holder=method.text("remitteeName", 64), due=due)


def _later(issued: datetime | None) -> datetime | None:
    return issued + DEFAULT_DEPOSIT_TERM if issued and issued.year < 9999 else None


def _approval(fields: Fields) -> Approval:
    """Return what the PG and the card company call the attempt; none of it is needed, so nothing of it is refused."""
    method = _object(fields, "method")
    paid_by = _object(method, "easyPayMethod") if method.values.get("type") == words.EASY_PAY else method
    card, months = _object(paid_by, "card"), 0
    try:
        months = _object(paid_by, "installment").whole("month")
    except (Unknown, ContractViolation):
        months = 0
    return Approval(
        number=paid_by.text("approvalNumber", 64),
        transaction_id=fields.text("pgTxId", 64),
        pg=_object(fields, "channel").text("pgProvider", 40).lower(),
        card=card.text("name", 64) or words.card_name(card.text("issuer", 64)),
        months=months if months <= MAX_MONTHS else 0,
    )


def _history(fields: Fields) -> tuple[ReportedRefund, ...]:
    if fields.values.get("cancellations") is None:
        return ()
    return tuple(cancellation(entry) for entry in fields.required_list("cancellations"))


def cancellation(value: object) -> ReportedRefund:
    """Return one entry of the history of cancels. Raises Unknown or ContractViolation."""
    entry = Fields.of(value, "cancellation")
    return ReportedRefund(
        provider_id=entry.text("id", 64),
        amount=entry.whole("totalAmount"),
        reason=entry.text("reason", 1000),
        outcome=outcome_of(entry.required_text("status")),
        at=entry.instant("cancelledAt"),
    )


def cancelled(body: bytes) -> ReportedRefund:
    """Return what the answer to a cancel says became of it. Raises Unknown or ContractViolation."""
    return cancellation(Fields.of(decoded(body), "answer").values.get("cancellation"))


@attrs.frozen
class Refusal:
    """An error in the provider's own words. Without a type it is of something in front of the provider."""

    type: str
    text: str


def refusal(body: bytes) -> Refusal | None:
    """Return the error in *body*, or None where there is none."""
    try:
        fields = Fields.of(decoded(body), "error")
        kind = fields.required_text("type")
    except Unknown:
        return None
    said = [fields.text(name, 400) for name in ("pgCode", "pgMessage", "message")]
    return Refusal(cleaned(kind, 60), " ".join(dict.fromkeys(filter(None, said))))


@attrs.frozen
class Page:
    """A page of payments as they were received."""

    rows: tuple[object, ...]
    total: int


def page(body: bytes) -> Page:
    """Return a page of the list. Raises Unknown or ContractViolation."""
    fields = Fields.of(decoded(body), "page")
    return Page(tuple(fields.required_list("items")), Fields.of(fields.values.get("page"), "page").whole("totalCount"))
