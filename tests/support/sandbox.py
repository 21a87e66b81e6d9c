"""What the sandbox's tests send: cards, payments, billing keys and schedules, as values and as bodies of calls."""

from decimal import Decimal
from typing import Any, Final

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.billing.billing import KeyRequest, ScheduleRequest
from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.payments.opening import WindowRequest

NOW: Final = 1_700_000_000
"""Where a stopped clock stands: 2023-11-14 in Korea."""
MONTH: Final = 30 * 24 * 3600
CARD: Final = Card.of("4092-0230-1234-1234", "2024-02")
TYPED_CARD: Final = {
    "card_number": "4092-0230-1234-1234",
    "expiry": "2040-12",
    "birth": "500203",
    "pwd_2digit": "19",
}
"""The same card with a later end, as a body has it."""


def a_payment(merchant_uid: str = "o-1", amount: int = 1000, **changes: Any) -> WindowRequest:
    """Return a payment by API."""
    return WindowRequest(merchant_uid=merchant_uid, amount=Decimal(amount), channel="api", **changes)


def a_schedule(merchant_uid: str, at: int = NOW + MONTH, **changes: Any) -> ScheduleRequest:
    """Return a payment to be made at *at* (UNIX seconds)."""
    return ScheduleRequest(schedule_at=at, request=a_payment(merchant_uid, **changes))


def a_key(customer_uid: str = "c-1", card: Card = CARD, **changes: Any) -> KeyRequest:
    """Return a request for a billing key."""
    return KeyRequest(customer_uid=customer_uid, card=card, **changes)


def a_schedule_entry(merchant_uid: str = "s-1", at: int = NOW + MONTH, **changes: Any) -> dict[str, Any]:
    """Return one entry of `schedules` in the body of a call."""
    return {"merchant_uid": merchant_uid, "schedule_at": at, "amount": 9900, "name": "구독"} | changes


def bought(sandbox: Sandbox, merchant_uid: str = "g-1", **params: Any) -> str:
    """Open a window and pay; return the imp_uid."""
    imp_uid = sandbox.open_window(merchant_uid, 1000, **params)
    sandbox.approve(imp_uid)
    return imp_uid
