"""Commands about one payment, or many: show, list, look, cancel, refund."""

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from payments.domain.checkout import Seen
from payments.domain.giving_back import RefundOrder
from payments.domain.machine import Status
from payments.domain.payment import Attempt, Happening, Payment
from payments.domain.ports import Filter
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.values import GatewayId, MerchantId, Mode, merchant_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli import NO_ANSWER, REFUSED
from payments.entrypoints.cli_common import DEFAULT, Common, operator, say, stored, table, told, working
from payments.entrypoints.cli_words import word
from payments.entrypoints.display import Language


def show(payment: str, *, common: Common = DEFAULT) -> None:
    """Show a payment, its attempts, refunds and timeline.

    Parameters
    ----------
    payment
        Its merchant id.
    """
    with stored(common) as store:
        found = run(store.payments.get(merchant_id(payment)))
        happenings = run(store.payments.timeline(found.merchant_id))
    print_payment(found, common, happenings)


def list_(
    *,
    status: Status | None = None,
    buyer: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
    common: Common = DEFAULT,
) -> None:
    """List payments, newest first.

    Parameters
    ----------
    status
        Only those that are awaiting, paid, failed or cancelled.
    buyer
        Only this buyer's.
    limit
        How many.
    cursor
        The last merchant id of the page before.
    """
    with stored(common) as store:
        before = merchant_id(cursor) if cursor else None
        found = run(store.payments.page(Filter(buyer=buyer, status=status), before, limit + 1))
    _print_page(found[:limit], more=len(found) > limit, common=common)


def look(payment: str, *, common: Common = DEFAULT) -> None:
    """Ask the provider for all attempts at a payment, and settle what it says.

    Parameters
    ----------
    payment
        Its merchant id.
    """
    with working(common) as service:
        print_payment(run(service.checkout.look(merchant_id(payment), str(operator()))), common)


def cancel(payment: str, *, common: Common = DEFAULT) -> None:
    """Close an unpaid payment. A paid one is refunded instead.

    Parameters
    ----------
    payment
        Its merchant id.
    """
    with working(common) as service:
        print_payment(run(service.checkout.cancel(operator(), merchant_id(payment))), common)


def refund(
    payment: str,
    *,
    amount: str | None = None,
    reason: str = "",
    gateway_id: str | None = None,
    tax_free: str = "",
    vat: str | None = None,
    bank: str = "",
    account: str = "",
    holder: str = "",
    yes: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> int:
    """Give back some or all of a payment.

    Parameters
    ----------
    payment
        Its merchant id.
    amount
        How much, as people write it: 5,000 or 19.99. All that is left, unless you say.
    reason
        Why; the provider and the buyer may see it.
    gateway_id
        Which capture, where it is not the one that paid.
    tax_free
        The tax-free part of the amount.
    vat
        The VAT part of the amount.
    bank
        For a virtual account: the provider's code of the bank that the money goes to.
    account
        The account's number.
    holder
        The account's holder.
    yes
        Do not ask.
    """
    with working(common) as service:
        before = run(service.checkout.of(operator(), merchant_id(payment)))
        attempt = before.capture(GatewayId(gateway_id) if gateway_id else None)
        currency = attempt.report.amount.currency
        order = RefundOrder(
            reason=reason,
            amount=display.read_money(amount, currency) if amount else None,
            gateway_id=attempt.gateway_id,
            tax_free=display.read_money(tax_free, currency) if tax_free else 0,
            vat=display.read_money(vat, currency) if vat else None,
            account=BankAccount(bank=bank, number=account, holder=holder) if bank or account or holder else None,
        )
        asked = display.money(order.amount or attempt.report.remaining, currency, common.language)
        if not (yes or _agreed(asked, payment, common.language)):
            say(word("not done", common.language))
            return REFUSED
        refund_id = service.checkout.ids.refund_id()
        seen = run(service.refunds.refund(operator(), before.merchant_id, order, refund_id))
    return print_refund(seen, seen.payment.refund(refund_id), common)


def _agreed(amount: str, payment: str, language: Language) -> bool:
    """Ask a person; a program that calls this has decided already."""
    if not sys.stdin.isatty():
        return True
    return input(word("give back?", language, amount=amount, payment=payment) + " [y/N] ").strip().lower() in (
        "y",
        "yes",
    )


def print_refund(seen: Seen, refund: Refund, common: Common) -> int:
    """Print what became of a refund; return the exit code."""
    code = {RefundStatus.DONE: 0, RefundStatus.OPEN: NO_ANSWER, RefundStatus.REFUSED: REFUSED}[refund.status]
    if common.json:
        from payments.entrypoints.http.views import refund_view

        told(refund_view(seen.payment, refund))
        return code
    currency = seen.payment.capture(refund.gateway_id).report.amount.currency
    amount = display.money(refund.amount, currency, common.language)
    say(word(f"refund is {refund.status}", common.language, amount=amount, failure=refund.failure))
    return code


def print_payment(payment: Payment, common: Common, happenings: Sequence[Happening] | None = None) -> None:
    """Print all that is known of a payment."""
    if common.json:
        from payments.entrypoints.http.views import event_view, payment_view, refund_view

        told(
            {
                "payment": payment_view(payment, for_shop=True),
                "refunds": [refund_view(payment, one) for one in payment.refunds],
                **({"events": [event_view(payment, one) for one in happenings]} if happenings else {}),
            }
        )
        return
    language = common.language
    say(f"{payment.merchant_id}  {_status(payment, language)}")
    table(_facts(payment, language))
    for title, lines in (
        ("attempts", [_attempt(one, language) for one in payment.attempts]),
        ("refunds", [_refund(payment, one, language) for one in payment.refunds]),
        ("timeline", [_happening(one, payment, language) for one in happenings or []]),
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


def _happening(happening: Happening, payment: Payment, language: Language) -> list[str]:
    attempt = payment.attempt(happening.gateway_id) if happening.gateway_id else None
    currency = (attempt.report.amount if attempt else payment.price).currency
    amount = "" if happening.amount is None else display.money(happening.amount, currency, language)
    at = display.moment(happening.at, language, seconds=True)
    what = display.happening(happening.kind, language)
    return ["   ", at, what, amount, happening.by, happening.gateway_id or "", happening.reason]


def _print_page(found: Sequence[Payment], *, more: bool, common: Common) -> None:
    language = common.language
    cursor: MerchantId | None = found[-1].merchant_id if more else None
    if common.json:
        from payments.entrypoints.http.views import payment_view

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
