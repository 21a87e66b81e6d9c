"""Billing keys, payments without a window, and schedules: `/subscribe/…`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.billing.billing import KeyAsk, ScheduleAsk
from payments.entrypoints.sandbox.billing.cards import Card
from payments.entrypoints.sandbox.billing.customers import ABOUT_FIELDS, CUSTOMER_UID_MAX
from payments.entrypoints.sandbox.billing.schedules import STATUSES, Schedule
from payments.entrypoints.sandbox.payments.messages import (
    CARD_REFUSED,
    CUSTOMER_UNKNOWN,
    KEY_REFUSED,
    PG_BAD_CARD,
    Refusal,
    RefusedError,
)
from payments.entrypoints.sandbox.payments.opening import BUYER_FIELDS, MERCHANT_UID_MAX, NAME_MAX, WindowAsk, urls
from payments.entrypoints.sandbox.payments.paging import DEFAULT_LIMIT, ordered, page_of, slice_of
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.params import Params
from payments.entrypoints.sandbox.wire.wire import Call, Reply

USER_AGENT = "sorry_not_supported_anymore"
MONTHS_3 = 92 * 24 * 3600


def _ask(values: Params) -> WindowAsk:
    amount = values.number("amount", required=True)
    if amount is None or amount <= 0:
        raise values.refused("amount")
    custom_data = values.values.get("custom_data")
    return WindowAsk(
        merchant_uid=values.text("merchant_uid", required=True, longest=MERCHANT_UID_MAX),
        amount=amount,
        pg=values.text("pg"),
        name=values.text("name", longest=NAME_MAX),
        currency=values.text("currency").upper() or "KRW",
        buyer={field: values.text(field)[:longest] for field, longest in BUYER_FIELDS.items() if values.text(field)},
        custom_data=str(custom_data) if custom_data else None,
        notice_urls=urls(values.values.get("notice_url")),
        tax_free=values.number("tax_free") or Decimal(0),
        vat_amount=values.number("vat_amount"),
        customer_uid=values.text("customer_uid", longest=CUSTOMER_UID_MAX) or None,
        channel="api",
        user_agent=USER_AGENT,
    )


def _card(values: Params, refused: Refusal) -> Card:
    number, expiry = values.text("card_number", required=True), values.text("expiry", required=True)
    try:
        return Card.of(number, expiry)
    except ValueError as error:
        raise RefusedError(refused.about(PG_BAD_CARD)) from error


def _about(values: Params, prefix: str = "customer_") -> dict[str, Any]:
    named = {
        field: values.text(field.replace("customer_", prefix))[:longest] for field, longest in ABOUT_FIELDS.items()
    }
    known = {field: value for field, value in named.items() if value}
    return known | {"customer_id": values.text("customer_id") or None}


def _key(customer_uid: str, values: Params) -> KeyAsk:
    if len(customer_uid) > CUSTOMER_UID_MAX:
        raise values.refused("customer_uid")
    return KeyAsk(
        customer_uid=customer_uid, card=_card(values, KEY_REFUSED), pg=values.text("pg"), about=_about(values)
    )


def get_customers(sandbox: Sandbox, call: Call) -> Reply:
    """Many billing keys: 207 when some are missing, 404 when all are."""
    asked = list(dict.fromkeys(call.query.texts("customer_uid")))
    if not asked:
        raise call.query.refused("customer_uid[]")
    found = sandbox.billing.customers.many(asked)
    if not found:
        raise RefusedError(CUSTOMER_UNKNOWN.about(", ".join(asked)))
    return Reply([customer.shown() for customer in found], 200 if len(found) == len(asked) else 207)


def get_customer(sandbox: Sandbox, call: Call) -> Reply:
    """One billing key."""
    return Reply(sandbox.billing.customers.get(call.places["customer_uid"]).shown())


def issue_key(sandbox: Sandbox, call: Call) -> Reply:
    """Issue a billing key for a typed card."""
    return Reply(sandbox.billing.issue(_key(call.places["customer_uid"], call.body)).shown())


def delete_key(sandbox: Sandbox, call: Call) -> Reply:
    """Delete a billing key: what it was."""
    return Reply(sandbox.billing.forget(call.places["customer_uid"]).shown())


def list_customer_payments(sandbox: Sandbox, call: Call) -> Reply:
    """The payments made with a billing key, the newest first."""
    customer = sandbox.billing.customers.get(call.places["customer_uid"])
    rows = [row for row in sandbox.book.rows() if row.customer_uid == customer.customer_uid]
    guesses, page = sandbox.book.guesses, call.query.whole("page", 1)
    return Reply(page_of(ordered(rows, "", guesses), page or 0, DEFAULT_LIMIT, guesses))


def pay_onetime(sandbox: Sandbox, call: Call) -> Reply:
    """Pay with a typed card; a `customer_uid` keeps its billing key."""
    ask, card = _ask(call.body), _card(call.body, CARD_REFUSED)
    quota = call.body.whole("card_quota", 0) or 0
    return Reply(sandbox.billing.pay_with_card(ask, card, _about(call.body, "buyer_"), quota).shown())


def pay_again(sandbox: Sandbox, call: Call) -> Reply:
    """Pay with a billing key; a payment that the bank refused is a payment too, with status failed."""
    customer_uid = call.body.text("customer_uid", required=True)
    quota = call.body.whole("card_quota", 0) or 0
    return Reply(sandbox.billing.pay_again(customer_uid, _ask(call.body), quota).shown())


def _shown(sandbox: Sandbox, schedule: Schedule) -> dict[str, Any]:
    return schedule.shown(sandbox.billing.payment_of(schedule))


def schedule(sandbox: Sandbox, call: Call) -> Reply:
    """Have a billing key pay later."""
    body = call.body
    customer_uid = body.text("customer_uid", required=True, longest=CUSTOMER_UID_MAX)
    asks = [_schedule_ask(values) for values in body.objects("schedules")]
    key = _key(customer_uid, body) if body.text("card_number") else None
    made = sandbox.billing.schedule(customer_uid, asks, key, body.number("checking_amount"))
    return Reply([_shown(sandbox, each) for each in made])


def _schedule_ask(values: Params) -> ScheduleAsk:
    return ScheduleAsk(
        schedule_at=_moment(values, "schedule_at"), ask=_ask(values), card_quota=values.whole("card_quota", 0) or 0
    )


def _moment(values: Params, name: str) -> int:
    moment = values.whole(name)
    if moment is None or moment <= 0:
        raise values.refused(name)
    return moment


def unschedule(sandbox: Sandbox, call: Call) -> Reply:
    """Take back schedules of a billing key, of orders, or of both."""
    customer_uid, merchant_uids = call.body.text("customer_uid"), call.body.texts("merchant_uid")
    if not (customer_uid or merchant_uids):
        raise call.body.refused("customer_uid, merchant_uid")
    revoked = sandbox.billing.unschedule(customer_uid, merchant_uids)
    return Reply([_shown(sandbox, each) for each in revoked])


def get_schedule(sandbox: Sandbox, call: Call) -> Reply:
    """One schedule."""
    return Reply(_shown(sandbox, sandbox.billing.schedules.get(call.places["merchant_uid"])))


def move_schedule(sandbox: Sandbox, call: Call) -> Reply:
    """Let a schedule wait for another moment."""
    moved = sandbox.billing.move(call.places["merchant_uid"], _moment(call.body, "schedule_at"))
    return Reply(_shown(sandbox, moved))


def reschedule(sandbox: Sandbox, call: Call) -> Reply:
    """Try a failed or revoked schedule again later."""
    again = sandbox.billing.reschedule(call.places["merchant_uid"], _moment(call.body, "schedule_at"))
    return Reply(_shown(sandbox, again))


def retry_schedule(sandbox: Sandbox, call: Call) -> Reply:
    """Try a failed or revoked schedule again now: the payment."""
    return Reply(sandbox.billing.retry(call.places["merchant_uid"]).shown())


def list_schedules(sandbox: Sandbox, call: Call) -> Reply:
    """The store's schedules between `schedule_from` and `schedule_to`."""
    query = call.query
    found = _between(sandbox, query, ("schedule_from", "schedule_to", "schedule_status"))
    if query.text("sorting") == "scheduled":
        found.reverse()
    return _listed(sandbox, query, found, query.whole("limit", DEFAULT_LIMIT) or 0)


def list_customer_schedules(sandbox: Sandbox, call: Call) -> Reply:
    """The schedules of a billing key between `from` and `to`."""
    found = _between(sandbox, call.query, ("from", "to", "schedule-status"), call.places["customer_uid"])
    return _listed(sandbox, call.query, found, DEFAULT_LIMIT)


def _between(sandbox: Sandbox, query: Params, names: tuple[str, str, str], customer_uid: str = "") -> list[Schedule]:
    since, until, status = _moment(query, names[0]), _moment(query, names[1]), query.text(names[2])
    if until - since > MONTHS_3:
        raise query.refused(", ".join(names[:2]))
    if status and status not in STATUSES:
        raise query.refused(names[2])
    return sandbox.billing.schedules.between(since, until, status, customer_uid)


def _listed(sandbox: Sandbox, query: Params, found: Iterable[Schedule], limit: int) -> Reply:
    guesses = sandbox.book.guesses
    shown = [_shown(sandbox, each) for each in found]
    page = slice_of(shown, query.whole("page", 1) or 0, limit, guesses, beyond_refused=False)
    return Reply(page if guesses.schedule_list == "page" else page["list"])


TABLE = (
    Entry("GET", "/subscribe/customers", get_customers),
    Entry("GET", "/subscribe/customers/{customer_uid}", get_customer),
    Entry("POST", "/subscribe/customers/{customer_uid}", issue_key),
    Entry("DELETE", "/subscribe/customers/{customer_uid}", delete_key),
    Entry("GET", "/subscribe/customers/{customer_uid}/payments", list_customer_payments),
    Entry("GET", "/subscribe/customers/{customer_uid}/schedules", list_customer_schedules),
    Entry("POST", "/subscribe/payments/onetime", pay_onetime),
    Entry("POST", "/subscribe/payments/foreign", pay_onetime),  # gone from the documents; old clients still call it
    Entry("POST", "/subscribe/payments/again", pay_again),
    Entry("POST", "/subscribe/payments/schedule", schedule),
    Entry("GET", "/subscribe/payments/schedule", list_schedules),
    Entry("POST", "/subscribe/payments/unschedule", unschedule),
    Entry("GET", "/subscribe/payments/schedule/{merchant_uid}", get_schedule),
    Entry("PUT", "/subscribe/payments/schedule/{merchant_uid}", move_schedule),
    Entry("POST", "/subscribe/payments/schedule/{merchant_uid}/reschedule", reschedule),
    Entry("POST", "/subscribe/payments/schedule/{merchant_uid}/retry", retry_schedule),
    Entry("GET", "/subscribe/payments/schedule/customers/{customer_uid}", list_customer_schedules),
)
