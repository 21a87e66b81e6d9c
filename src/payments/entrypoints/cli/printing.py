"""How payments, refunds and pages of them are printed: for people, or as JSON for machines."""

from collections.abc import Sequence

from payments.domain.attempt import Attempt
from payments.domain.event import Event
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.refund import Refund, RefundStatus
from payments.domain.use_cases.checkout import Outcome
from payments.domain.values import MerchantId, Mode
from payments.entrypoints import display
from payments.entrypoints.cli.app import NO_ANSWER, REFUSED
from payments.entrypoints.cli.common import Common, say, table, told
from payments.entrypoints.cli.words import word
from payments.entrypoints.display import Language


def print_refund(seen: Outcome, refund: Refund, common: Common) -> int:
    """Print what became of a refund; return the exit code."""
    code = {RefundStatus.DONE: 0, RefundStatus.OPEN: NO_ANSWER, RefundStatus.REFUSED: REFUSED}[refund.status]
    if common.json:
        from payments.entrypoints.views import refund_view

        told(refund_view(seen.payment, refund))
        return code
    currency = seen.payment.capture(refund.gateway_id).report.amount.currency
    amount = display.money(refund.amount, currency, common.language)
    say(word(f"refund is {refund.status}", common.language, amount=amount, failure=refund.failure))
    return code


def print_payment(payment: Payment, common: Common, events: Sequence[Event] | None = None) -> None:
    """Print all that is known of a payment."""
    if common.json:
        from payments.entrypoints.views import event_view, payment_view, refund_view

        told(
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
        ("timeline", [_happening(one, payment, language) for one in events or []]),
    ):
        if lines:
            say("", f"  {word(title, language)}")
            table(lines)


def _status(payment: Payment, language: Language) -> str:
    told = display.status(payment.status, language) + (f" ({payment.reason})" if payment.reason else "")
    return told + (f"  [{word('test money', language)}]" if payment.mode is Mode.TEST else "")


def _facts(payment: Payment, language: Language) -> list[list[str]]:
    currency = payment.price.currency
    facts = {
        "order": f"{payment.order}  {payment.name}",
        "buyer": payment.buyer,
        "amount": display.money(payment.price.minor, currency, language),
        "refunded": display.money(payment.refunded, currency, language) if payment.refunded else "",
        "method": display.method(payment.method, language),
        "begun": display.moment(payment.created_at, language, seconds=True),
        "expires": display.moment(payment.expiry, language) if payment.status is Status.AWAITING else "",
        "due": display.moment(payment.due_at, language, seconds=True) if payment.due_at else "",
        "deposit": "  ".join(
            f"{one.bank} {one.account} {one.holder} ~ {display.moment(one.due, language)}" for one in payment.deposits
        ),
    }
    return [["", word(key, language), value] for key, value in facts.items() if value]


def _attempt(attempt: Attempt, language: Language) -> list[str]:
    report = attempt.report
    told = [display.disposition(attempt.disposition, language)] if attempt.disposition else [report.rank.name.lower()]
    told += [attempt.note] if attempt.note else []
    told += [report.reason] if report.reason else []
    refunded = f"- {display.money(report.refunded, report.amount.currency, language)}" if report.refunded else ""
    amount = display.money(report.amount.minor, report.amount.currency, language)
    return ["   ", report.gateway_id, amount, refunded, ", ".join(told)]


def _refund(payment: Payment, refund: Refund, language: Language) -> list[str]:
    currency = payment.capture(refund.gateway_id).report.amount.currency
    words = refund.failure or refund.reason
    return ["   ", refund.id, display.money(refund.amount, currency, language), str(refund.status), refund.by, words]


def _happening(event: Event, payment: Payment, language: Language) -> list[str]:
    attempt = payment.attempt(event.gateway_id) if event.gateway_id else None
    currency = (attempt.report.amount if attempt else payment.price).currency
    amount = "" if event.amount is None else display.money(event.amount, currency, language)
    at = display.moment(event.at, language, seconds=True)
    what = display.event(event.kind, language)
    return ["   ", at, what, amount, event.by, event.gateway_id or "", event.reason]


def print_page(found: Sequence[Payment], *, more: bool, common: Common) -> None:
    language = common.language
    cursor: MerchantId | None = found[-1].merchant_id if more else None
    if common.json:
        from payments.entrypoints.views import payment_view

        told({"payments": [payment_view(one, for_shop=True) for one in found], "next": cursor})
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
        display.status(payment.status, language),
        display.money(payment.price.minor, currency, language),
        display.money(payment.refunded, currency, language) if payment.refunded else "",
        display.moment(payment.created_at, language),
        payment.buyer,
        payment.order,
    ]
