"""Calls about a payment: begin, read, list, timeline, complete, abandon, cancel."""

import logging
from collections.abc import Sequence
from typing import Final

import attrs

from payments.domain.books.search import Filter
from payments.domain.errors import (
    AlreadyPaid,
    AttemptMismatch,
    AttemptUnreadable,
    BadInput,
    BelowMinimum,
    ConcurrentUpdate,
    ContractViolation,
    CredentialsRefused,
    IllegalTransition,
    NothingToPay,
    NotSent,
    OrderNotFound,
    PaymentNotFound,
    PriceChanged,
    Rejected,
    RuleViolation,
    Unknown,
)
from payments.domain.machine import Status
from payments.domain.money import Money, TaxParts
from payments.domain.payment import Payment
from payments.domain.ports import Contact
from payments.domain.use_cases.checkout import Outcome
from payments.domain.use_cases.pricing import check_expected
from payments.domain.values import Caller, GatewayId, MerchantId, Offer, Terms
from payments.entrypoints.books.periods import read_period, zone_named
from payments.entrypoints.http.edge.auth import Who
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.routes.quotes import Quote, quote
from payments.entrypoints.http.shapes.cursors import page_of, read_cursor
from payments.entrypoints.http.shapes.errors import Malformed, TooManyAwaiting
from payments.entrypoints.http.shapes.inputs import (
    Abandon,
    BeginByBuyer,
    BeginByShop,
    Cancel,
    Complete,
    ContactInput,
    Page,
)
from payments.entrypoints.service import Service
from payments.entrypoints.views import (
    BegunView,
    PageView,
    PaymentView,
    TimelineView,
    begun_view,
    event_view,
    payment_view,
)

log = logging.getLogger("payments.http")
RETRY_SOON: Final = {"Retry-After": "2"}  # seconds
_PROVIDER: Final = (NotSent, CredentialsRefused, Unknown, ContractViolation)
_REFRESHED: Final = {
    200: ("The payment as it is now", PaymentView),
    202: ("The provider has not answered yet: try again", PaymentView),
}


@operation(
    "POST",
    "/payments",
    tag="payments",
    lane=Lane.PROVIDER,
    bodies={Who.BUYER: BeginByBuyer, Who.SHOP: BeginByShop},
    answers={201: ("Begun: open the window", BegunView)},
    problems=(
        OrderNotFound,
        PriceChanged,
        AlreadyPaid,
        NothingToPay,
        BelowMinimum,
        RuleViolation,
        BadInput,
        Rejected,
        AttemptUnreadable,
        ConcurrentUpdate,
        TooManyAwaiting,
        *_PROVIDER,
    ),
    idempotent=True,
)
async def begin(service: Service, call: Call) -> Answer:
    """Begin a payment, or continue the live payment of this order"""
    by_shop = call.who.who is Who.SHOP
    buyer, quoted = await (_quote_from_shop if by_shop else _quote_for_buyer)(service, call)
    if not by_shop:
        await _check_room(service, call.caller, quoted.order)
    contact = _contact(call.body.contact)
    payment = await service.checkout.begin(buyer, quoted.order, quoted.offer, call.body.method, call.caller, contact)
    token = service.client_tokens.issue(payment, service.clock.now()) if by_shop else None
    return Answer(201, begun_view(payment, service.window(payment, contact), token))


async def _check_room(service: Service, buyer: Caller, order: str) -> None:
    """Raise TooManyAwaiting where as many payments as may wait were begun with this buyer's token, for other orders."""
    most = service.limits.awaiting
    if not most:
        return
    awaiting = await service.payments.page(Filter(buyer=buyer.name, status=Status.AWAITING), None, 100)
    if sum(payment.begun_by == str(buyer) and payment.order != order for payment in awaiting) >= most:
        raise TooManyAwaiting(f"{most} payments of yours already await payment. Finish or cancel one of them first.")


def _contact(given: ContactInput | None) -> Contact:
    return Contact(name=given.name, phone=given.phone, email=given.email) if given else Contact()


async def _quote_for_buyer(service: Service, call: Call) -> tuple[str, Quote]:
    body: BeginByBuyer = call.body
    buyer = call.caller.name
    quoted = await quote(service, buyer, body.order)
    check_expected(quoted.offer, body.expected_amount)
    return buyer, quoted


async def _quote_from_shop(_: Service, call: Call) -> tuple[str, Quote]:
    body: BeginByShop = call.body
    terms = Terms(
        parts=TaxParts(tax_free=body.tax_free, vat=body.vat),
        channel=body.channel,
        digital=body.digital,
        max_instalments=body.max_instalments,
    )
    return body.buyer, Quote(body.order, Offer(body.name, Money(body.amount, body.currency), terms))


@operation(
    "GET",
    "/payments/{merchant_id}",
    tag="payments",
    lane=Lane.STORE,
    answers={200: ("The payment", PaymentView)},
    problems=(PaymentNotFound,),
)
async def show(service: Service, call: Call) -> Answer:
    """Read one payment"""
    payment = await service.checkout.visible_to(call.caller, call.merchant_id)
    return Answer(200, payment_view(payment, for_shop=call.who.who is Who.SHOP))


@operation(
    "GET",
    "/payments",
    tag="payments",
    lane=Lane.STORE,
    query=Page,
    answers={200: ("A page of payments", PageView)},
)
async def listing(service: Service, call: Call) -> Answer:
    """Search payments, the latest first: a buyer's own, or all for the shop"""
    query: Page = call.query
    for_shop = call.who.who is Who.SHOP
    which = _filter(service, call.caller, query, for_shop=for_shop)
    scope = f"{call.who.who} {which}"
    secrets = service.client_tokens.secrets
    before = read_cursor(secrets, scope, query.cursor)
    found = await _page(service, call.caller, which, before, query.limit + 1)
    shown, after = page_of(found, query.limit, secrets, scope, lambda one: one.merchant_id)
    return Answer(
        200,
        PageView(
            payments=[payment_view(payment, for_shop=for_shop) for payment in shown],
            next=after,
        ),
    )


def _filter(service: Service, caller: Caller, query: Page, *, for_shop: bool) -> Filter:
    try:
        zone = zone_named(query.zone) if query.zone is not None else service.zone
        period = read_period(query.period, query.since, query.until, zone)
    except BadInput as error:
        raise Malformed(str(error)) from None
    which = Filter(
        buyer=query.buyer if for_shop else caller.name,
        status=query.status,
        order=query.order,
        method=query.method,
        amount=query.amount,
        currency=query.currency,
        period=period,
    )
    if not for_shop:
        return which
    which = attrs.evolve(which, called=query.called, name=query.name)
    return attrs.evolve(which, paid_twice=query.paid_twice, questioned=query.questioned)


async def _page(
    service: Service, caller: Caller, which: Filter, before: MerchantId | None, limit: int
) -> Sequence[Payment]:
    try:
        return await service.checkout.page(caller, which, before, limit)
    except PaymentNotFound:
        raise Malformed("The payment of this cursor no longer exists. Start again without a cursor.") from None


@operation(
    "GET",
    "/payments/{merchant_id}/events",
    tag="payments",
    lane=Lane.STORE,
    answers={200: ("The events, oldest first", TimelineView)},
    problems=(PaymentNotFound,),
)
async def timeline(service: Service, call: Call) -> Answer:
    """Read a payment's timeline: what changed, when, and who or what reported it"""
    payment = await service.checkout.visible_to(call.caller, call.merchant_id)
    events = await service.payments.timeline(payment.merchant_id)
    for_shop = call.who.who is Who.SHOP
    return Answer(200, TimelineView(events=[event_view(payment, one, for_shop=for_shop) for one in events]))


@operation(
    "POST",
    "/payments/{merchant_id}/complete",
    tag="payments",
    lane=Lane.PROVIDER,
    body=Complete,
    answers=_REFRESHED,
    problems=(PaymentNotFound, AttemptMismatch, ContractViolation, ConcurrentUpdate),
)
async def complete(service: Service, call: Call) -> Answer:
    """Report that the window succeeded: the attempt is fetched from the provider, verified and recorded"""
    body: Complete = call.body
    return _refreshed(await service.checkout.complete(call.caller, call.merchant_id, GatewayId(body.gateway_id)), call)


@operation(
    "POST",
    "/payments/{merchant_id}/abandon",
    tag="payments",
    lane=Lane.PROVIDER,
    body=Abandon,
    answers=_REFRESHED,
    problems=(PaymentNotFound, ContractViolation, ConcurrentUpdate),
)
async def abandon(service: Service, call: Call) -> Answer:
    """Report that the buyer left the window: the payment is refreshed from the provider"""
    outcome = await service.checkout.abandon(call.caller, call.merchant_id)
    log.info("%s abandoned", outcome.payment.merchant_id)
    return _refreshed(outcome, call)


@operation(
    "POST",
    "/payments/{merchant_id}/cancel",
    tag="payments",
    lane=Lane.PROVIDER,
    body=Cancel,
    answers={200: ("Closed", PaymentView)},
    problems=(
        PaymentNotFound,
        AlreadyPaid,
        AttemptUnreadable,
        IllegalTransition,
        ConcurrentUpdate,
        Rejected,
        *_PROVIDER,
    ),
)
async def cancel(service: Service, call: Call) -> Answer:
    """Close an unpaid payment"""
    body: Cancel = call.body
    payment = await service.checkout.cancel(call.caller, call.merchant_id, force=body.force)
    return Answer(200, payment_view(payment, for_shop=call.who.who is Who.SHOP))


def _refreshed(outcome: Outcome, call: Call) -> Answer:
    view = payment_view(outcome.payment, for_shop=call.who.who is Who.SHOP)
    return Answer(200, view) if outcome.confirmed else Answer(202, view, RETRY_SOON)


OPERATIONS: Final = (begin, listing, show, timeline, complete, abandon, cancel)
