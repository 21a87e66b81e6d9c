"""`GET /payments`: which payments a filter lists, and in which order."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from payments.entrypoints.sandbox.payments.paging import settled_at
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancelling import facts_of
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.views.paging import DAYS_90, holds
from payments.entrypoints.sandbox.portone.views.payment import cancellations_of, status_of
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses

STATUSES: Final = {
    "READY": "READY",
    "PENDING": "PAY_PENDING",
    "VIRTUAL_ACCOUNT_ISSUED": "VIRTUAL_ACCOUNT_ISSUED",
    "PAID": "PAID",
    "FAILED": "FAILED",
    "PARTIAL_CANCELLED": "PARTIAL_CANCELLED",
    "CANCELLED": "CANCELLED",
}
"""What a filter calls a status, and what a payment calls it."""
METHODS: Final = "CARD TRANSFER VIRTUAL_ACCOUNT GIFT_CERTIFICATE MOBILE EASY_PAY CONVENIENCE_STORE CRYPTO".split()
PLATFORMS: Final = {"PC": "SDK_PC", "MOBILE": "SDK_MOBILE", "API": "API"}
TIMES: Final[dict[str, Callable[[PaymentRow], float]]] = {
    "CREATED_AT": lambda row: row.started_at,
    "REQUESTED_AT": lambda row: row.started_at,
    "STATUS_CHANGED_AT": lambda row: row.hidden.updated_at or settled_at(row),
}
TEXTS: Final[dict[str, Callable[[PaymentRow], str | None]]] = {
    "PAYMENT_ID": lambda row: row.merchant_uid,
    "TX_ID": lambda row: row.imp_uid,
    "SCHEDULE_ID": lambda row: facts_of(row).schedule_id,
    "BILLING_KEY": lambda row: facts_of(row).billing_key,
    "FAIL_REASON": lambda row: row.fail_reason,
    "CARD_NUMBER": lambda row: row.card_number,
    "CARD_BIN": lambda row: (row.card_number or "")[:6],
    "CARD_APPROVAL_NUMBER": lambda row: row.apply_num,
    "CARD_ISSUER": lambda row: row.card_name,
    "VIRTUAL_ACCOUNT_NUMBER": lambda row: row.vbank_num,
    "VIRTUAL_ACCOUNT_BANK": lambda row: row.vbank_name,
    "VIRTUAL_ACCOUNT_HOLDER_NAME": lambda row: row.vbank_holder,
    "PG_MERCHANT_ID": lambda row: row.pg_id,
    "PG_TX_ID": lambda row: row.pg_tid,
    "CANCEL_REASON": lambda row: row.cancel_reason,
    "PG_CANCELLATION_ID": lambda row: " ".join(str(entry["id"]) for entry in cancellations_of(row)),
    "ORDER_NAME": lambda row: row.name,
    "CUSTOMER_NAME": lambda row: row.buyer_name,
    "CUSTOMER_EMAIL": lambda row: row.buyer_email,
    "CUSTOMER_PHONE_NUMBER": lambda row: row.buyer_tel,
    "USER_AGENT": lambda row: row.user_agent,
}
NEVER_FOUND: Final = (
    "PG_RECEIPT_ID RECEIPT_APPROVAL_NUMBER CARD_ACQUIRER CARD_RECEIPT_NAME CARD_INSTALLMENT TRANS_BANK"
    " CUSTOMER_ADDRESS CUSTOMER_ZIPCODE PROMOTION_ID GIFT_CERTIFICATION_APPROVAL_NUMBER"
).split()
"""Fields that can be searched, and that the sandbox's payments do not have."""


def v2_span(asked: dict[str, Any], now: float) -> tuple[float, float]:
    """Return the span of a filter that was read already: 90 days until now, unless it says otherwise."""

    def at(name: str) -> float | None:
        return datetime.fromisoformat(asked[name]).timestamp() if asked.get(name) else None

    until = at("until") or now
    return at("from") or until - DAYS_90, until


def listed(
    shown: Iterable[PaymentRow],
    asked: Fields,
    now: float,
    guesses: PortOneGuesses,
    webhook_status: Callable[[str], str],
) -> list[PaymentRow]:
    """Return the payments of *shown* that a filter asks for, sorted. Raises CallRefused."""
    clock = TIMES[asked.choice("timestampType", ("CREATED_AT", "STATUS_CHANGED_AT")) or "STATUS_CHANGED_AT"]
    until = asked.moment("until")
    end = now + 1 if until is None else until
    since = asked.moment("from")
    start = (now if until is None else until) - DAYS_90 if since is None else since
    tests = [*_tests(asked, guesses, webhook_status)]
    rows = [row for row in shown if holds(clock(row), start, end, guesses) and all(test(row) for test in tests)]
    by = asked.choice("sortBy", ("REQUESTED_AT", "STATUS_CHANGED_AT")) or guesses.list_sort
    newest_first = asked.choice("sortOrder", ("DESC", "ASC")) != "ASC"
    return sorted(rows, key=lambda row: (TIMES[by](row), row.hidden.order), reverse=newest_first)


def _tests(
    asked: Fields, guesses: PortOneGuesses, webhook_status: Callable[[str], str]
) -> Iterable[Callable[[PaymentRow], bool]]:
    if statuses := [STATUSES[name] for name in asked.choices("status", STATUSES)]:
        yield lambda row: status_of(row) in statuses
    if methods := asked.choices("methods", METHODS):
        yield lambda row: method_name(row) in methods
    if providers := asked.texts("pgProvider"):
        yield lambda row: row.pg_provider.upper() in providers
    if currency := asked.text("currency"):
        yield lambda row: row.currency == currency
    if platform := asked.choice("platformType", tuple(PLATFORMS.values())):
        yield lambda row: PLATFORMS.get(facts_of(row).platform) == platform
    if version := asked.choice("version", ("V1", "V2")):
        yield lambda row: row.is_v2 == (version == "V2")
    if wanted := asked.text("webhookStatus"):
        yield lambda row: webhook_status(row.imp_uid) == wanted
    yield from _flags(asked, guesses)
    yield from _searches(asked)


def _flags(asked: Fields, guesses: PortOneGuesses) -> Iterable[Callable[[PaymentRow], bool]]:
    is_test = asked.flag("isTest")
    if is_test is False or (is_test and guesses.test_filter == "only"):
        yield lambda row: row.sandbox == is_test
    scheduled, escrow = asked.flag("isScheduled"), asked.flag("isEscrow")
    if scheduled is not None:
        yield lambda row: bool(facts_of(row).schedule_id) == scheduled
    if escrow is not None:
        yield lambda row: row.escrow == escrow


def _searches(asked: Fields) -> Iterable[Callable[[PaymentRow], bool]]:
    searches = asked.values.get("textSearch") or []
    if not isinstance(searches, list) or not all(isinstance(each, dict) for each in searches):
        raise asked.bad("textSearch", "a list of objects")
    for each in searches:
        search = Fields(each, "textSearch.")
        field = search.choice("field", ("ALL", *TEXTS, *NEVER_FOUND), required=True)
        yield _search(field, search.text("value", required=True).lower())


def _search(field: str, value: str) -> Callable[[PaymentRow], bool]:
    texts = TEXTS.values() if field == "ALL" else [TEXTS[field]] if field in TEXTS else []
    return lambda row: any(value in (text(row) or "").lower() for text in texts)


def method_name(row: PaymentRow) -> str:
    """Return the method as a filter calls it."""
    if row.is_v2:
        facts = facts_of(row)
        return "EASY_PAY" if facts.easy_pay else facts.pay_method
    words = {"vbank": "VIRTUAL_ACCOUNT", "trans": "TRANSFER", "phone": "MOBILE"}
    if row.emb_pg_provider or row.pg_provider in ("kakaopay", "naverpay", "payco"):
        return "EASY_PAY"
    return words.get(row.pay_method or row.hidden.asked_method, "CARD")
