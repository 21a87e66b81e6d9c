"""How payments, refunds and lists are printed: for people, or as JSON."""

from collections.abc import Sequence
from datetime import datetime

from payments.domain.attempt import Attempt
from payments.domain.event import Event
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.report import Approval
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import MerchantId, Mode
from payments.entrypoints import display
from payments.entrypoints.cli.app import OUTCOME_UNKNOWN, REFUSED
from payments.entrypoints.cli.common import Common, print_json, say, table
from payments.entrypoints.cli.words import word
from payments.entrypoints.display import Language, currency_of


def print_refund(outcome: Outcome, refund: Refund, common: Common) -> int:
    """Print the outcome of a refund; return the exit code."""
    code = {RefundStatus.OPEN: OUTCOME_UNKNOWN, RefundStatus.REFUSED: REFUSED}.get(refund.status, 0)
    if common.json:
        from payments.entrypoints.money_back import refund_view

        print_json(refund_view(outcome.payment, refund))
        return code
    amount = display.money(refund.amount, currency_of(outcome.payment, refund.gateway_id), common.language)
    what = "refund waits" if refund.awaits_approval else f"refund is {refund.status}"
    say(word(what, common.language, amount=amount, failure=refund.failure))
    return code


def print_recorded(payment: Payment, refund: Refund, common: Common) -> None:
    """Print money that was given back elsewhere, and where the payment stands now."""
    if common.json:
        from payments.entrypoints.money_back import refund_view

        print_json(refund_view(payment, refund))
        return
    table([_refund(payment, refund, common.language)[1:]])
    say(f"{payment.merchant_id}  {_status(payment, common.language)}")


def print_payment(payment: Payment, common: Common, events: Sequence[Event] | None = None) -> None:
    """Print everything about a payment."""
    if common.json:
        from payments.entrypoints.money_back import refund_view
        from payments.entrypoints.views import event_view, payment_view

        print_json(
            {
                "payment": payment_view(payment, for_shop=True),
                "refunds": [refund_view(payment, one) for one in payment.refunds],
                **({"events": [event_view(payment, one, for_shop=True) for one in events]} if events else {}),
            }
        )
        return
    language = common.language
    say(f"{payment.merchant_id}  {_status(payment, language)}")
    table(_facts(payment, language))
    for title, lines in (
        ("attempts", [_attempt(one, language) for one in payment.attempts]),
        ("refunds", [_refund(payment, one, language) for one in payment.refunds]),
        ("timeline", [_event(one, payment, language) for one in events or []]),
    ):
        if lines:
            say("", f"  {word(title, language)}")
            table(lines)


def _status(payment: Payment, language: Language) -> str:
    reason = f" ({display.reason(payment.reason, language)})" if payment.reason else ""
    test = f"  [{word('test money', language)}]" if payment.mode is Mode.TEST else ""
    return _standing(payment, language) + reason + test


def _standing(payment: Payment, language: Language) -> str:
    awaits_deposit = bool(payment.deposits)
    refunded = payment.refunded + payment.outside
    return display.standing(payment.status, language, awaits_deposit=awaits_deposit, refunded=refunded)


def _facts(payment: Payment, language: Language) -> list[list[str]]:
    currency = payment.price.currency
    facts = {
        "order": f"{payment.order}  {payment.name}",
        "buyer": payment.buyer,
        "amount": display.money(payment.price.minor, currency, language),
        "refunded": display.money(payment.refunded, currency, language) if payment.refunded else "",
        "outside": display.money(payment.outside, currency, language) if payment.outside else "",
        "tax": _tax(payment, language),
        "method": display.method(payment.method, language),
        "channel": payment.terms.channel,
        "begun": display.moment(payment.created_at, language, seconds=True, named=True),
        "paid": _moment(payment.paid_at if payment.accepted else None, language),
        "refunded at": _moment(payment.refunded_at(payment.accepted), language),
        "expires": display.moment(payment.expiry, language) if payment.status is Status.AWAITING else "",
        "due": display.moment(payment.due_at, language, seconds=True) if payment.due_at else "",
        "deposit": "  ".join(
            f"{one.bank} {one.account} {one.holder} ~ {display.moment(one.due, language)}" for one in payment.deposits
        ),
    }
    return [["", word(key, language), value] for key, value in facts.items() if value]


def _moment(at: datetime | None, language: Language) -> str:
    return display.moment(at, language, seconds=True, named=True) if at else ""


def _tax(payment: Payment, language: Language) -> str:
    parts = {"tax free": payment.terms.parts.tax_free, "vat": payment.terms.parts.vat}
    said = {key: minor for key, minor in parts.items() if minor is not None}
    money = {key: display.money(minor, payment.price.currency, language) for key, minor in said.items()}
    return ", ".join(f"{word(key, language)} {amount}" for key, amount in money.items())


def _approval(approval: Approval, language: Language) -> str:
    """Return what the card company and the PG call it, as a buyer reads it out on the phone."""
    facts = {"approval": approval.number, "transaction": approval.transaction_id}
    named = [f"{word(key, language)} {value}" for key, value in facts.items() if value]
    months = word("months", language, months=str(approval.months)) if approval.months else ""
    return ", ".join(filter(None, (approval.pg, approval.card, months, *named)))


def _attempt(attempt: Attempt, language: Language) -> list[str]:
    report = attempt.report
    found = attempt.disposition
    state = display.disposition(found, language) if found else display.attempt_state(report.rank, language)
    refunded = f"- {display.money(report.refunded, report.amount.currency, language)}" if report.refunded else ""
    outside = display.money(attempt.outside, report.amount.currency, language) if attempt.outside else ""
    elsewhere = f"{word('outside', language)} {outside}" if outside else ""
    amount = display.money(report.amount.minor, report.amount.currency, language)
    called = _approval(report.approval, language)
    notes = ", ".join(filter(None, (state, elsewhere, attempt.note, display.reason(report.reason, language), called)))
    at = _moment(report.captured_at, language)
    return ["   ", report.gateway_id, amount, refunded, at, notes]


def _refund(payment: Payment, refund: Refund, language: Language) -> list[str]:
    amount = display.money(refund.amount, currency_of(payment, refund.gateway_id), language)
    status, by = display.refund_status(refund.status, language), display.source(refund.by, language)
    at = _moment(refund.done_at, language)
    return ["   ", refund.id, amount, status, at, by, refund.failure or refund.reason]


def _event(event: Event, payment: Payment, language: Language) -> list[str]:
    currency = currency_of(payment, event.gateway_id)
    return [
        "   ",
        display.moment(event.at, language, seconds=True),
        display.event_kind(event.kind, language),
        "" if event.amount is None else display.money(event.amount, currency, language),
        display.source(event.by, language),
        event.gateway_id or "",
        display.reason(event.reason, language),
    ]


def print_page(found: Sequence[Payment], *, more: bool, common: Common) -> None:
    language = common.language
    cursor: MerchantId | None = found[-1].merchant_id if more else None
    if common.json:
        from payments.entrypoints.views import payment_view

        print_json({"payments": [payment_view(one, for_shop=True) for one in found], "next": cursor})
        return
    if not found:
        say(word("none", language))
        return
    heads = [word(key, language) for key in ("payment", "status", "amount", "refunded", "begun", "buyer", "order")]
    table([heads, *(_line(one, language) for one in found)], right=frozenset({2, 3}))
    if cursor:
        say(word("more", language, cursor=cursor))


def _line(payment: Payment, language: Language) -> list[str]:
    currency = payment.price.currency
    return [
        payment.merchant_id,
        _standing(payment, language),
        display.money(payment.price.minor, currency, language),
        display.money(payment.refunded, currency, language) if payment.refunded else "",
        display.moment(payment.created_at, language),
        payment.buyer,
        payment.order,
    ]
