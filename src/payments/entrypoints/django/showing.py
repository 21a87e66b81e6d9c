"""Payments as the admin's pages show them: rows of words in the active language."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import attrs

from payments.domain.attempt import Attempt
from payments.domain.books.search import Filter
from payments.domain.errors import BadInput, PaymentNotFound
from payments.domain.event import Event
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.refund import Refund
from payments.domain.values import Caller, Method, recorded_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.django.words import language
from payments.entrypoints.service import Service

ADMIN = Caller.shop("admin")


@attrs.frozen
class Asked:
    """What the list is asked for: a search text, a status, and where the page begins.

    The text is what a person has in hand: a merchant id, an order, a gateway id, an approval number, a PG's
    transaction id, a buyer, or the beginning of what was bought.
    """

    text: str = ""
    status: str = ""
    after: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        status = query.get("status", "")
        return cls(query.get("q", "").strip(), status if status in set(Status) else "", query.get("after", ""))

    def query(self, *, after: str) -> str:
        """Return the query of the next page."""
        return urlencode({"q": self.text, "status": self.status, "after": after})


def find(service: Service, asked: Asked, limit: int) -> Sequence[Payment]:
    """Return the payments of a page. Nothing is found for a text or a cursor that names none.

    Payments that are called by the text come first, then those of a buyer of that name; if there are none, those of
    which the name begins so.
    """
    whole = Filter(status=Status(asked.status) if asked.status else None)
    if not asked.text:
        return _page(service, whole, asked.after, limit)
    called = [] if asked.after else _page(service, attrs.evolve(whole, called=asked.text), "", limit)
    bought = _page(service, attrs.evolve(whole, buyer=asked.text), asked.after, limit)
    found = [*called, *(payment for payment in bought if payment not in called)]
    return found[:limit] or _page(service, attrs.evolve(whole, name=asked.text), asked.after, limit)


def _page(service: Service, which: Filter, after: str, limit: int) -> Sequence[Payment]:
    try:
        return run(service.checkout.page(ADMIN, which, recorded_id(after) if after else None, limit))
    except (BadInput, PaymentNotFound):
        return []


def load(service: Service, merchant_id: str) -> tuple[Payment, Sequence[Event]]:
    """Return a payment and its timeline. Raises PaymentNotFound or BadInput."""
    payment = run(service.checkout.visible_to(ADMIN, recorded_id(merchant_id)))
    return payment, run(service.payments.timeline(payment.merchant_id))


def row(payment: Payment) -> dict[str, str]:
    """Return one row of the list."""
    currency = payment.price.currency
    return {
        "merchant_id": payment.merchant_id,
        "order": payment.order,
        "name": display.one_line(payment.name),
        "buyer": payment.buyer,
        "amount": display.money(payment.price.minor, currency, language()),
        "refunded": display.money(payment.refunded, currency, language()) if payment.refunded else "",
        "status": display.status(payment.status, language()),
        "reason": display.reason(payment.reason, language()),
        "method": display.method(payment.method, language()),
        "begun": display.moment(payment.created_at, language()),
    }


def facts(payment: Payment) -> list[tuple[str, str]]:
    """Return what there is to know at a glance, as (key of a word, text)."""
    shown = row(payment)
    keys = ("merchant_id", "order", "buyer", "amount", "refunded", "status", "reason", "method", "begun")
    return [(key, shown[key]) for key in keys if shown[key]]


def attempt(payment: Payment, one: Attempt) -> list[str]:
    """Return an attempt's id, state, sum and reason."""
    report, found = one.report, one.disposition
    return [
        report.gateway_id,
        display.disposition(found, language()) if found else display.attempt_state(report.rank, language()),
        display.money(report.amount.minor, display.currency_of(payment, report.gateway_id), language()),
        ", ".join(filter(None, (one.note, display.reason(report.reason, language())))),
    ]


def refund(payment: Payment, one: Refund) -> list[str]:
    """Return a refund's moment, sum, status, who asked for it, and why."""
    return [
        display.moment(one.requested_at, language()),
        display.money(one.amount, display.currency_of(payment, one.gateway_id), language()),
        display.refund_status(one.status, language()),
        display.source(one.by, language()),
        one.failure or one.reason,
    ]


def event(payment: Payment, one: Event) -> list[str]:
    """Return an entry of the timeline: when, what, how much, by whom, and why."""
    currency = display.currency_of(payment, one.gateway_id)
    return [
        display.moment(one.at, language(), seconds=True),
        display.event_kind(one.kind, language()),
        "" if one.amount is None else display.money(one.amount, currency, language()),
        display.source(one.by, language()),
        display.reason(one.reason, language()),
    ]


def needs_account(payment: Payment) -> bool:
    """Return whether a refund needs a bank account, because the money came by virtual account."""
    return payment.accepted is not None and payment.accepted.report.method == Method.VIRTUAL_ACCOUNT
