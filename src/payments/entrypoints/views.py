"""How payments, timelines and refunds are shown as JSON. Money is in whole minor units, times are in UTC."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from payments.domain.attempt import Attempt, Disposition
from payments.domain.event import Event, EventKind
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.domain.ports import Window
from payments.domain.report import Approval, Deposit
from payments.domain.values import Method, Mode, Role
from payments.entrypoints.channels.views import NoteView, note_views
from payments.entrypoints.display import currency_of
from payments.entrypoints.money_back import StrayMoneyView, refunding, strays_of


class DepositView(Struct, kw_only=True):
    """A virtual account that waits for the buyer's money until `due`."""

    bank: str
    account: str
    holder: str
    due: datetime


class ApprovalView(Struct, kw_only=True):
    """What a buyer reads out on the phone: the approval number, the card company, and the months (0: at once)."""

    number: str
    card: str
    months: int


class AttemptView(Struct, kw_only=True):
    """One attempt at the provider, visible to the shop only. `disposition` is null until money was captured.

    `approval_number` and `transaction_id` are what the card company and the PG call it. `outside` was given back
    elsewhere, where the provider does not know of it.
    """

    gateway_id: str
    state: str
    disposition: Disposition | None
    amount: int
    currency: str
    refunded: int
    outside: int
    method: str
    mode: Mode
    reason: str
    note: str
    captured_at: datetime | None
    receipt_url: str | None
    pg: str
    transaction_id: str
    approval_number: str
    card: str
    months: int


class PaymentView(Struct, kw_only=True):
    """A payment. `reason` is why the latest try failed, or why it was cancelled.

    `refunded` went back through the provider and `outside` in another way, the latest at `refunded_at`; `refunding` is
    on its way, and `left` is what the shop still holds. `strays` is money that does not pay for it. `deposits` are
    shown while they wait for money.
    """

    merchant_id: str
    provider: str
    buyer: str
    order: str
    name: str
    status: Status
    reason: str
    amount: int
    currency: str
    refunded: int
    outside: int
    left: int
    tax_free: int | None
    vat: int | None
    refunding: int
    refunded_at: datetime | None
    method: Method
    mode: Mode
    version: int
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    receipt_url: str | None
    approval: ApprovalView | None
    deposits: list[DepositView]
    strays: list[StrayMoneyView]
    attempts: list[AttemptView] | UnsetType = UNSET


class WindowView(Struct, kw_only=True):
    """What opens the window: the `script` of the `provider`, and `parameters` in that provider's own words."""

    provider: str
    script: str
    parameters: dict[str, Any]


class BegunView(PaymentView, kw_only=True):
    """A new payment, with what opens its window. `client_token` is for the shop to pass to a browser.

    `notes`, for the shop only: what the rules of the payment's channel warn of or have corrected.
    """

    window: WindowView
    client_token: str | UnsetType = UNSET
    notes: list[NoteView] | UnsetType = UNSET


class PageView(Struct, kw_only=True, omit_defaults=True):
    """Payments, newest first; `next` is the cursor of the next page, if there is one."""

    payments: list[PaymentView]
    next: str | None = None


class EventView(Struct, kw_only=True):
    """One change of a payment: when, what, who or what reported it, and the status afterwards."""

    version: int
    kind: EventKind
    at: datetime
    by: str
    status: Status
    amount: int | None
    currency: str
    gateway_id: str | None
    refund_id: str | None
    reason: str


class TimelineView(Struct, kw_only=True):
    """A payment's changes, oldest first."""

    events: list[EventView]


class HealthView(Struct, omit_defaults=True, kw_only=True):
    """`ok` or `ready`. `provider`: `closed` where it is asked, `open` or `half-open` while it does not answer."""

    status: str
    provider: str | None = None


def payment_view(payment: Payment, *, for_shop: bool = False) -> PaymentView:
    """Return the payment as its buyer sees it, or with its attempts for the shop."""
    return PaymentView(**_payment_fields(payment, for_shop=for_shop))


def begun_view(payment: Payment, window: Window, client_token: str | None) -> BegunView:
    """Return a new payment."""
    return BegunView(
        **_payment_fields(payment, for_shop=client_token is not None),
        window=WindowView(provider=window.provider, script=window.script, parameters=dict(window.parameters)),
        client_token=client_token or UNSET,
        notes=note_views(window.notes) if client_token and window.notes else UNSET,
    )


def _payment_fields(payment: Payment, *, for_shop: bool) -> dict[str, Any]:
    report = payment.accepted.report if payment.accepted else None
    return {
        "merchant_id": payment.merchant_id,
        "provider": payment.provider,
        "buyer": payment.buyer,
        "order": payment.order,
        "name": payment.name,
        "status": payment.status,
        "reason": payment.reason,
        "amount": payment.price.minor,
        "currency": payment.price.currency,
        "refunded": payment.refunded,
        "outside": payment.outside,
        "left": payment.accepted.left if payment.accepted else 0,
        "tax_free": payment.terms.parts.tax_free,
        "vat": payment.terms.parts.vat,
        "refunding": refunding(payment, payment.accepted),
        "refunded_at": payment.refunded_at(payment.accepted),
        "method": payment.method,
        "mode": payment.mode,
        "version": payment.version,
        "created_at": payment.created_at,
        "expires_at": payment.expiry,
        "paid_at": report.captured_at if report else None,
        "receipt_url": (report.receipt_url or None) if report else None,
        "approval": _approval_view(report.approval) if report else None,
        "deposits": [
            _deposit_view(deposit) for deposit in payment.deposits if payment.status in (Status.AWAITING, Status.FAILED)
        ],
        "strays": strays_of(payment),
        "attempts": [_attempt_view(attempt) for attempt in payment.attempts] if for_shop else UNSET,
    }


def _approval_view(approval: Approval) -> ApprovalView:
    return ApprovalView(number=approval.number, card=approval.card, months=approval.months)


def _deposit_view(deposit: Deposit) -> DepositView:
    return DepositView(bank=deposit.bank, account=deposit.account, holder=deposit.holder, due=deposit.due)


def _attempt_view(attempt: Attempt) -> AttemptView:
    report = attempt.report
    return AttemptView(
        gateway_id=report.gateway_id,
        state=report.rank.name.lower(),
        disposition=attempt.disposition,
        amount=report.amount.minor,
        currency=report.amount.currency,
        refunded=report.refunded,
        outside=attempt.outside,
        method=report.method,
        mode=report.mode,
        reason=report.reason,
        note=attempt.note,
        captured_at=report.captured_at,
        receipt_url=report.receipt_url or None,
        pg=report.approval.pg,
        transaction_id=report.approval.transaction_id,
        approval_number=report.approval.number,
        card=report.approval.card,
        months=report.approval.months,
    )


_REASONS_FOR_THE_SHOP = (
    EventKind.STRAY_HELD,
    EventKind.ATTEMPT_UNREADABLE,
    EventKind.DEPOSIT_LEFT_OPEN,
    EventKind.REFUNDED_OUTSIDE,
    EventKind.OUTSIDE_QUESTIONED,
    EventKind.OUTSIDE_MERGED,
    EventKind.OUTSIDE_COUNTED,
)
"""An operator's note, or what the provider sent or answered to the shop: nothing for a buyer."""


def event_view(payment: Payment, event: Event, *, for_shop: bool = False) -> EventView:
    """Return one entry of *payment*'s timeline; only the shop sees its people's names, and what is written for them."""
    by_shop = event.by.startswith((f"{Role.SHOP}:", f"{Role.OPERATOR}:"))
    is_for_shop = event.kind in _REASONS_FOR_THE_SHOP
    return EventView(
        version=event.version,
        kind=event.kind,
        at=event.at,
        by=event.by if for_shop or not by_shop else Role.SHOP,
        status=event.status,
        amount=event.amount,
        currency=currency_of(payment, event.gateway_id),
        gateway_id=event.gateway_id,
        refund_id=event.refund_id,
        reason=event.reason if for_shop or not is_for_shop else "",
    )
