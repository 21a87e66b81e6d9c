"""Converts between Iamport's JSON and domain values. Pure functions; no answer is trusted.

envelope        the outer object of every answer
grant           an access token and its lifetime
report          a payment object, as a Report
page            one page of a list of payment objects, not converted yet
registration    an amount that is registered; `prepare_body` registers it
cancel_body     the request of a refund
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import attrs

from payments.adapters.http_wire.fields import Fields, cleaned
from payments.adapters.http_wire.jsontext import Body, Value, decoded
from payments.adapters.iamport.guesses import DEFAULT_DEPOSIT_TERM, NO_ACCOUNT, rank_without_refund
from payments.adapters.iamport.vocabulary import CANCELLED, FAILED, PAID, READY, VBANK, method_of
from payments.adapters.korean_pgs.words import reason_of
from payments.domain.errors import BadInput, ContractViolation, Unknown
from payments.domain.money import EXPONENTS, Money
from payments.domain.refund import BankAccount, Refund
from payments.domain.report import Approval, Deposit, Rank, Report, ReportedRefund
from payments.domain.values import MAX_MONTHS, GatewayId, MerchantId, Mode

_MAX_LIFE_SECONDS: Final = 24 * 3600
REQUESTER: Final = "admin"
"""Who wants a refund: the shop. NaverPay must be told."""
EPOCH: Final = datetime.fromtimestamp(0, UTC)


@attrs.frozen
class Envelope:
    """`{code, message, response}`. A code of 0 is success; any other is a refusal, and `message` says why."""

    code: Decimal
    message: str
    response: object


def envelope(body: bytes) -> Envelope:
    """Return the envelope in *body*. Raises Unknown if there is none."""
    fields = Fields.of(decoded(body), "envelope")
    code, message = fields.number("code"), fields.values.get("message")
    if not code.is_finite():
        raise Unknown("The `code` of the provider's answer is not a number, so the outcome is unknown.")
    return Envelope(code, message if isinstance(message, str) else "", fields.values.get("response"))


def is_envelope(body: bytes) -> bool:
    """Return whether an answer is the provider's own, and not of something in front of it."""
    try:
        envelope(body)
    except Unknown:
        return False
    return True


@attrs.frozen
class Grant:
    """An access token, and for how many seconds after the answer it is valid."""

    token: str = attrs.field(repr=False)
    life: float
    issued_at: datetime = EPOCH
    """The time at the provider."""


def grant(value: object) -> Grant:
    """Return the token of a getToken answer. Its lifetime comes from the times in the answer, not from our clock."""
    fields = Fields.of(value, "token")
    token = fields.required_text("access_token")
    life = fields.whole("expired_at") - fields.whole("now")
    if not (token.isascii() and token.isprintable() and " " not in token and 0 < len(token) <= 1000):
        raise Unknown("The provider's token cannot be sent in a header.")
    if not 0 <= life <= _MAX_LIFE_SECONDS:
        raise Unknown("The provider's token is valid for no time, or for more than a day.")
    return Grant(token, float(life), fields.moment("now") or EPOCH)


def report(value: object) -> Report:
    """Return a payment object as a Report. Raises Unknown or ContractViolation, also for unreadable numbers."""
    try:
        return _report(value)
    except ArithmeticError as error:
        raise ContractViolation("The provider reports an amount that cannot be read.") from error


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
            method=method_of(fields.text("pay_method", 40)),
            reason=reason_of(fields.text("fail_reason", 1000)) if rank is Rank.DECLINED else "",
            captured_at=fields.moment("paid_at") if rank >= Rank.CAPTURED else None,
            deposit=_deposit(fields) if rank is Rank.READY else None,
            receipt_url=_link(fields.text("receipt_url", 1001)),
            refunds=_history(fields, currency),
            approval=_approval(fields),
        )
    except BadInput as error:
        raise ContractViolation(f"The provider reports an impossible payment: {error}") from error


def name_of(row: object) -> str:
    """Return a name by which a person can find a payment object that cannot be read."""
    name = row.get("imp_uid") if isinstance(row, dict) else None
    return cleaned(name, 64) if isinstance(name, str) and name else "a row without imp_uid"


def _rank(fields: Fields, amount: int, refunded: int) -> Rank:
    """Return the rank. Amounts decide it for refunds: the status is the same for a partial and a full one."""
    status = fields.required_text("status")
    if status == READY:
        return Rank.READY
    if status == FAILED:
        return Rank.DECLINED
    if status not in (PAID, CANCELLED):
        raise Unknown(f"The provider reports an unknown status: {cleaned(status, 20)!r}.")
    if status == CANCELLED and refunded == 0:
        rank = rank_without_refund(fields.values.get("paid_at"))
        if rank is None:
            raise ContractViolation("The provider reports a cancelled payment with money captured and none refunded.")
        return rank
    return Rank.CANCELLED if refunded == amount else Rank.CAPTURED


def _link(url: str) -> str:
    """Return *url* if a page may link to it, else an empty text: not `javascript:`, and not cut."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 1000 else ""


def _deposit(fields: Fields) -> Deposit | None:
    """Return the virtual account that waits for a deposit. An abandoned window is `ready` too, and has none."""
    account = fields.text("vbank_num", 64)
    if fields.values.get("pay_method") != VBANK or account in NO_ACCOUNT:
        return None
    due = fields.moment("vbank_date")
    issued = fields.moment("vbank_issued_at") or fields.moment("started_at")
    if due is None and issued is not None and issued.year < 9999:
        due = issued + DEFAULT_DEPOSIT_TERM
    if due is None:
        return None
    return Deposit(bank=fields.text("vbank_name", 64), account=account, holder=fields.text("vbank_holder", 64), due=due)


def _approval(fields: Fields) -> Approval:
    """Return what the PG and the card company call the attempt; none of it is needed, so nothing of it is refused."""
    months = fields.values.get("card_quota")
    is_whole = isinstance(months, Decimal) and months.is_finite() and 0 <= months <= MAX_MONTHS
    return Approval(
        number=fields.text("apply_num", 64),
        transaction_id=fields.text("pg_tid", 64),
        pg=fields.text("pg_provider", 40),
        card=fields.text("card_name", 64),
        months=int(months) if is_whole and isinstance(months, Decimal) else 0,
    )


def _history(fields: Fields, currency: str) -> tuple[ReportedRefund, ...]:
    if fields.values.get("cancel_history") is None:
        return ()
    entries = [Fields.of(entry, "cancel_history") for entry in fields.required_list("cancel_history")]
    return tuple(
        ReportedRefund(
            provider_id=entry.text("cancellation_id", 64),
            amount=entry.sum("amount", currency),
            reason=entry.text("reason", 1000),
            at=entry.moment("cancelled_at"),
        )
        for entry in entries
    )


@attrs.frozen
class Page:
    """A page of payment objects as they were received. `next` is the number of the next page, or 0."""

    rows: tuple[object, ...]
    total: int
    next: int


def page(value: object) -> Page:
    fields = Fields.of(value, "page")
    return Page(tuple(fields.required_list("list")), fields.whole("total"), fields.whole("next"))


def prepare_body(merchant_id: MerchantId, price: Money) -> Body:
    return {"merchant_uid": merchant_id, "amount": price.to_major(), "currency": price.currency}


@attrs.frozen
class Registration:
    """An amount that the provider has registered. Without a currency, it does not check the currency."""

    merchant_id: str
    amount: Decimal
    currency: str

    def is_of(self, merchant_id: MerchantId, price: Money) -> bool:
        return self == Registration(merchant_id, price.to_major(), price.currency)


def registration(value: object, merchant_id: MerchantId) -> Registration:
    """Return the registration in an answer. Raises ContractViolation if it is of another payment."""
    fields = Fields.of(value, "registration")
    registered = Registration(fields.required_text("merchant_uid"), fields.number("amount"), fields.text("currency", 8))
    if registered.merchant_id != merchant_id:
        raise ContractViolation("The provider returned the registration of a different payment than requested.")
    return registered


def cancel_body(refund: Refund, currency: str) -> Body:
    """Return the body of a refund: the amount, the remainder as checksum, and a reason that begins with our id.

    Each PG has its own bank codes, so the code is passed on as the operator gave it.
    """

    def major(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-EXPONENTS[currency])

    body: dict[str, Value] = {
        "imp_uid": refund.gateway_id,
        "amount": major(refund.amount),
        "checksum": major(refund.remainder),
        "reason": refund.label,
        "extra": {"requester": REQUESTER},
    }
    if refund.tax_free is not None:
        body["tax_free"] = major(refund.tax_free)
    if refund.vat is not None:
        body["vat_amount"] = major(refund.vat)
    if isinstance(refund.account, BankAccount):
        body["refund_holder"] = refund.account.holder
        body["refund_bank"] = refund.account.bank
        body["refund_account"] = refund.account.number
        if refund.account.phone:
            body["refund_tel"] = refund.account.phone
    return body
