"""A payment or refund of the domain as the fields that rules read. A field that is left out is not asked about."""

from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Any, Final

from payments.adapters.pg_rules.codes import Codes
from payments.adapters.pg_rules.rule import Moment, Pg
from payments.domain.money import EXPONENTS, TaxParts
from payments.domain.refund import RefundStatus
from payments.domain.report import Rank
from payments.domain.use_cases.channel_rules import PaymentRequest, RefundRequest
from payments.domain.values import Method, Mode

KOREA: Final = timezone(timedelta(hours=9))
"""Korea has had no summer time since 1988."""
FIRST_INSTALMENTS: Final = 2
SECONDS_OF_A_DAY: Final = 24 * 60 * 60
FIELDS: Final[Mapping[Moment, frozenset[str]]] = {
    Moment.PAYMENT: frozenset(
        "method order_id order_name amount currency tax_free vat buyer_name buyer_phone buyer_email product "
        "instalments months months_listed".split()
    ),
    Moment.REFUND: frozenset(
        "method amount remaining partial leaves_rest refunds_before tax_free vat had_tax_free had_vat tax_free_left "
        "taxable taxable_left account account_phone bank reason requester deposit_pending test other_month age_days "
        "hour".split()
    ),
}
"""What a request of each moment says, beside the fields of its channel. This library has no billing keys."""


def payment_fields(request: PaymentRequest, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a payment request; *defaults* are those of its channel and of the settings."""
    terms, price = request.terms, request.price
    fields = {
        **defaults,
        "method": request.method,
        "order_id": request.order_id,
        "order_name": request.name,
        "amount": price.minor // 10 ** EXPONENTS[price.currency],
        "currency": price.currency,
        "tax_free": terms.parts.tax_free,
        "vat": terms.parts.vat,
    }
    if request.contact is not None:
        fields["buyer_name"] = request.contact.name
        fields["buyer_phone"] = request.contact.phone
        fields["buyer_email"] = request.contact.email
    if request.method is Method.MOBILE and terms.digital is not None:
        fields["product"] = "digital" if terms.digital else "physical"
    if request.method is Method.CARD:
        months = terms.max_instalments or defaults.get("max_months")
        fields["instalments"] = (terms.max_instalments or 0) >= FIRST_INSTALMENTS
        fields["months"] = fields["months_listed"] = months and max(months - FIRST_INSTALMENTS + 1, 0)
    return fields


def refund_fields(request: RefundRequest, pg: Pg | None, codes: Codes, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a refund request at *pg*; *defaults* are those of its channel."""
    report, parts, account = request.attempt.report, request.parts, request.account
    whole, left = report.amount.minor, report.remaining
    had = request.payment.terms.parts
    free_left = _tax_free_left(request)
    taxable = None if parts.tax_free is None else request.amount - parts.tax_free
    return {
        **defaults,
        **_time(request),
        "method": report.method or request.payment.method,
        "amount": request.amount,
        "remaining": left,
        "partial": request.amount < whole,
        "leaves_rest": request.amount < left,
        "refunds_before": len(report.refunds) or int(report.refunded > 0),
        "tax_free": parts.tax_free,
        "vat": parts.vat,
        "had_tax_free": bool(had.tax_free),
        "had_vat": had.vat is not None,
        "tax_free_left": free_left,
        "taxable": taxable if had.tax_free else None,
        "taxable_left": None if free_left is None else left - free_left,
        "account": account is not None and bool(account.bank and account.number and account.holder),
        "account_phone": account.phone if account else "",
        "bank": codes.bank(account.bank, pg.banks if pg else "") if account else None,
        "reason": request.reason,
        "requester": "admin",  # every refund is the shop's, and both providers are told so
        "deposit_pending": report.rank is Rank.READY and report.deposit is not None,
        "test": report.mode is Mode.TEST,
    }


def _time(request: RefundRequest) -> dict[str, Any]:
    paid = request.attempt.report.captured_at
    now = request.at.astimezone(KOREA)
    then = paid.astimezone(KOREA) if paid else now
    return {
        "other_month": (then.year, then.month) != (now.year, now.month),
        "age_days": (now - then).total_seconds() / SECONDS_OF_A_DAY,
        "hour": now.hour,
    }


def _tax_free_left(request: RefundRequest) -> int | None:
    """Return what is left of the tax-free part; None where the payment said none."""
    mine = [one for one in request.payment.refunds if one.gateway_id == request.attempt.gateway_id]
    done: list[TaxParts] = [one.parts for one in mine if one.status is RefundStatus.DONE]
    return request.payment.terms.parts.less(done, request.attempt.report.remaining).tax_free
