"""One payment: its sums, attempts, refunds, strays, messages, its timeline in sentences, and what can be done."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from payments.domain.event import Event
from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.refund import RefundStatus
from payments.domain.use_cases.banks import BANKS
from payments.domain.values import RefundId
from payments.entrypoints.console.pages.page import Page
from payments.entrypoints.console.pages.payments import standing_of
from payments.entrypoints.console.visit import Visit
from payments.entrypoints.money_back import refunding, strays_of
from payments.entrypoints.stories.timeline import Entry, entry_of
from payments.entrypoints.views import event_view

MOST_AUDITED: Final = 50
MOST_LETTERS: Final = 20


async def show(visit: Visit) -> Response:
    """The page of a payment."""
    payment = await visit.service.checkout.visible_to(visit.caller, visit.merchant_id)
    events = await visit.service.checkout.timeline(visit.caller, payment.merchant_id)
    forms = visit.service.refunds.refund_rules.forms(payment, visit.now)
    asked = visit.query.get("refund", "")
    return visit.page(
        "payment.html",
        payment=payment,
        standing=standing_of(payment, visit),
        sums=sums_of(payment),
        forms=forms,
        returnable=[form.gateway_id for form in forms if form.whole.is_allowed],
        cancellable=payment.is_payable,
        strays=strays_of(payment),
        story=[_entry(payment, event, visit) for event in events],
        asked=next((refund for refund in payment.refunds if refund.id == RefundId(asked)), None),
        audit=await visit.service.people.audit.page(None, MOST_AUDITED, payment.merchant_id),
        banks=BANKS,
        letters=await _letters(visit, payment),
        done=RefundStatus.DONE,
        refused=RefundStatus.REFUSED,
        questioned=RefundStatus.QUESTIONED,
        looked="looked" in visit.query,
    )


def sums_of(payment: Payment) -> dict[str, Any]:
    """Return the sums of the accepted capture, in minor units."""
    accepted = payment.accepted
    captured = accepted.report.amount.minor if accepted else 0
    return {
        "captured": captured,
        "refunded": payment.refunded,
        "refunded_at": payment.refunded_at(accepted),
        "refunding": refunding(payment, accepted),
        "left": accepted.left if accepted else 0,
    }


async def _letters(visit: Visit, payment: Payment) -> list[tuple[Message, bool]]:
    """Return the messages about the payment that the shop does not have yet, and whether each was given up."""
    letters, of = visit.house.letters, payment.merchant_id
    dead, waiting = await letters.dead(MOST_LETTERS, of), await letters.waiting(MOST_LETTERS, of)
    return [*((one, True) for one in dead), *((one, False) for one in waiting)]


def _entry(payment: Payment, event: Event, visit: Visit) -> Entry:
    view = msgspec.to_builtins(event_view(payment, event, for_shop=True))
    return entry_of(view, visit.language, names=True)


PAGES: Final = (Page("GET", "/payments/{merchant_id}", show),)
