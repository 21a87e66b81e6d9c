"""Iamport's JSON to and from domain values: pure, and suspicious of every answer.

envelope        what every answer is wrapped in
grant           a token and how long it lives
report          a payment object, as a Report
page            one page of a list of payment objects, not yet reported
registration    an amount that is registered; `prepare_body` asks for it
cancel_body     a refund to make
"""

from decimal import Decimal
from typing import Final

import attrs

from payments.adapters.iamport.fields import Fields, cleaned
from payments.adapters.iamport.guesses import NO_ACCOUNT, UNTOLD_DUE, rank_without_refund
from payments.adapters.iamport.jsontext import Flat, decoded
from payments.adapters.iamport.vocabulary import CANCELLED, FAILED, PAID, READY, VBANK, method_answered
from payments.domain.errors import BadInput, ContractViolation, Unknown
from payments.domain.money import EXPONENTS, Money
from payments.domain.refund import Refund
from payments.domain.report import Deposit, Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId, Mode

_LONGEST_LIFE: Final = 24 * 3600


@attrs.frozen
class Envelope:
    """`{code, message, response}`: a code of 0 is success, any other is a refusal in the words of `message`."""

    code: Decimal
    message: str
    response: object


def envelope(body: bytes) -> Envelope:
    """Raises Unknown unless *body* is the JSON that every answer of Iamport is wrapped in."""
    fields = Fields.of(decoded(body), "envelope")
    code, message = fields.number("code"), fields.values.get("message")
    if not code.is_finite():
        raise Unknown("The provider's answer has a code that is no number, so the outcome is unknown.")
    return Envelope(code, message if isinstance(message, str) else "", fields.values.get("response"))


@attrs.frozen
class Grant:
    """A token, and how many seconds it lives from the moment of the answer on."""

    token: str = attrs.field(repr=False)
    life: float


def grant(value: object) -> Grant:
    """Return the token of a getToken answer; its life is by the answer's own clock, ours may be wrong."""
    fields = Fields.of(value, "token")
    token = fields.required_text("access_token")
    life = fields.whole("expired_at") - fields.whole("now")
    if not (token.isascii() and token.isprintable() and " " not in token and 0 < len(token) <= 1000):
        raise Unknown("The provider's token cannot be sent in a header.")
    if not 0 <= life <= _LONGEST_LIFE:
        raise Unknown("The provider's token is over already, or never.")
    return Grant(token, float(life))


def report(value: object) -> Report:
    """Return what a payment object says. Raises Unknown or ContractViolation, also where its numbers cannot be read."""
    try:
        return _report(value)
    except ArithmeticError as error:
        raise ContractViolation("The provider reports an amount that no computer can hold.") from error


def _report(value: object) -> Report:
    fields = Fields.of(value, "payment")
    currency = fields.required_text("currency")
    refunded = fields.sum("cancel_amount", currency)
    rank = _rank(fields, fields.sum("amount", currency), refunded)
    try:
        return Report(
            gateway_id=GatewayId(fields.required_text("imp_uid")),
            merchant_id=MerchantId(fields.required_text("merchant_uid")),
            rank=rank,
            amount=Money(fields.sum("amount", currency), currency),
            refunded=refunded,
            mode=Mode.TEST if fields.required_bool("sandbox") else Mode.LIVE,
            method=method_answered(fields.text("pay_method", 40)),
            reason=fields.text("fail_reason", 1000) if rank is Rank.DECLINED else "",
            captured_at=fields.moment("paid_at") if rank >= Rank.CAPTURED else None,
            deposit=_deposit(fields) if rank is Rank.READY else None,
            receipt_url=_link(fields.text("receipt_url", 1001)),
            refunds=_history(fields, currency),
        )
    except BadInput as error:
        raise ContractViolation(f"The provider reports a payment that cannot be: {error}") from error


def name_of(row: object) -> str:
    """Return by what a person finds a payment object again that cannot be reported."""
    name = row.get("imp_uid") if isinstance(row, dict) else None
    return cleaned(name, 64) if isinstance(name, str) and name else "a row without imp_uid"


def _rank(fields: Fields, amount: int, refunded: int) -> Rank:
    """Decide by the amounts how much of a capture is left: the status is the same for a partial and a full refund."""
    status = fields.required_text("status")
    if status == READY:
        return Rank.READY
    if status == FAILED:
        return Rank.DECLINED
    if status not in (PAID, CANCELLED):
        raise Unknown(f"The provider reports a status we do not know: {cleaned(status, 20)!r}.")
    if status == CANCELLED and refunded == 0:
        rank = rank_without_refund(fields.values.get("paid_at"))
        if rank is None:
            raise ContractViolation("The provider reports a payment as cancelled, with money taken and none refunded.")
        return rank
    return Rank.CANCELLED if refunded == amount else Rank.CAPTURED


def _link(url: str) -> str:
    """Let pass what a page may link to: no `javascript:`, and nothing cut short."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 1000 else ""


def _deposit(fields: Fields) -> Deposit | None:
    """Tell an account that waits for a deposit from a window that somebody walked away from: both are `ready`."""
    account = fields.text("vbank_num", 64)
    if fields.values.get("pay_method") != VBANK or account in NO_ACCOUNT:
        return None
    due = fields.moment("vbank_date")
    issued = fields.moment("vbank_issued_at") or fields.moment("started_at")
    if due is None and issued is not None and issued.year < 9999:
        due = issued + UNTOLD_DUE
    if due is None:
        return None
    return Deposit(bank=fields.text("vbank_name", 64), account=account, holder=fields.text("vbank_holder", 64), due=due)


def _history(fields: Fields, currency: str) -> tuple[ReportedRefund, ...]:
    if fields.values.get("cancel_history") is None:
        return ()
    entries = [Fields.of(entry, "cancel_history") for entry in fields.required_list("cancel_history")]
    return tuple(
        ReportedRefund(
            provider_id=entry.text("cancellation_id", 64),
            amount=entry.sum("amount", currency),
            reason=entry.text("reason", 1000),
        )
        for entry in entries
    )


@attrs.frozen
class Page:
    """A page of payment objects as they came; `next` is the next page's number, 0 after the last."""

    rows: tuple[object, ...]
    total: int
    next: int


def page(value: object) -> Page:
    fields = Fields.of(value, "page")
    return Page(tuple(fields.required_list("list")), fields.whole("total"), fields.whole("next"))


def prepare_body(merchant_id: MerchantId, price: Money) -> Flat:
    return {"merchant_uid": merchant_id, "amount": price.to_major(), "currency": price.currency}


@attrs.frozen
class Registration:
    """An amount as the provider has registered it; without a currency, it does not check the currency."""

    merchant_id: str
    amount: Decimal
    currency: str

    def is_of(self, merchant_id: MerchantId, price: Money) -> bool:
        return self == Registration(merchant_id, price.to_major(), price.currency)


def registration(value: object, merchant_id: MerchantId) -> Registration:
    """Return what a prepare call answered. Raises ContractViolation where it is about another payment."""
    fields = Fields.of(value, "registration")
    told = Registration(fields.required_text("merchant_uid"), fields.number("amount"), fields.text("currency", 8))
    if told.merchant_id != merchant_id:
        raise ContractViolation("The provider answered about the registration of another payment than we asked.")
    return told


def cancel_body(refund: Refund, currency: str) -> Flat:
    """Return the explicit amount, the remainder as checksum, and our id at the head of the reason: never a default.

    A bank's code differs from provider to provider and is passed on as the operator gave it.
    """

    def major(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-EXPONENTS[currency])

    body: dict[str, str | Decimal] = {
        "imp_uid": refund.gateway_id,
        "amount": major(refund.amount),
        "checksum": major(refund.remainder),
        "tax_free": major(refund.tax_free),
        "reason": refund.label,
    }
    if refund.vat is not None:
        body["vat_amount"] = major(refund.vat)
    if refund.account is not None:
        body["refund_holder"] = refund.account.holder
        body["refund_bank"] = refund.account.bank
        body["refund_account"] = refund.account.number
        if refund.account.phone:
            body["refund_tel"] = refund.account.phone
    return body
