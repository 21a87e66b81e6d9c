"""Schedules: payments that a billing key makes later, `/subscribe/payments/schedule`."""

from collections.abc import Iterable
from typing import Any

from payments.entrypoints.sandbox.api.reading import key_request, payment_request
from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.billing.billing import ScheduleRequest
from payments.entrypoints.sandbox.billing.customers import CUSTOMER_UID_MAX
from payments.entrypoints.sandbox.billing.schedules import STATUSES, Schedule
from payments.entrypoints.sandbox.payments.paging import DEFAULT_LIMIT, slice_of
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply
from payments.entrypoints.sandbox.wire.params import Params

LONGEST_SPAN_SECONDS = 92 * 24 * 3600  # three months
YEAR_SECONDS = 365 * 24 * 3600
FAR_YEARS = 1000


def _shown(sandbox: Sandbox, schedule: Schedule) -> dict[str, Any]:
    return schedule.shown(sandbox.billing.payment_of(schedule))


def schedule(sandbox: Sandbox, call: Call) -> Reply:
    """Have a billing key pay later."""
    body = call.body
    customer_uid = body.text("customer_uid", required=True, longest=CUSTOMER_UID_MAX)
    requests = [_schedule_request(values) for values in body.objects("schedules")]
    key = key_request(customer_uid, body) if body.text("card_number") else None
    made = sandbox.billing.schedule(customer_uid, requests, key, body.number("checking_amount"))
    return Reply([_shown(sandbox, each) for each in made], note=_note(sandbox, *made))


def _note(sandbox: Sandbox, *schedules: Schedule) -> str:
    """Say what is wrong with a moment in milliseconds, which the original takes as seconds."""
    years = (max(each.schedule_at for each in schedules) - sandbox.clock.now()) // YEAR_SECONDS
    return f"schedule_at lies {years} years ahead: it counts seconds, not milliseconds" if years >= FAR_YEARS else ""


def _schedule_request(values: Params) -> ScheduleRequest:
    return ScheduleRequest(
        schedule_at=_moment(values, "schedule_at"),
        request=payment_request(values),
        card_quota=values.whole("card_quota", 0) or 0,
    )


def _moment(values: Params, name: str) -> int:
    moment = values.whole(name)
    if moment is None or moment <= 0:
        raise values.refused(name)
    return moment


def unschedule(sandbox: Sandbox, call: Call) -> Reply:
    """Revoke schedules of a billing key, of orders, or of both."""
    customer_uid, merchant_uids = call.body.text("customer_uid"), call.body.texts("merchant_uid")
    if not (customer_uid or merchant_uids):
        raise call.body.refused("customer_uid, merchant_uid")
    revoked = sandbox.billing.unschedule(customer_uid, merchant_uids)
    return Reply([_shown(sandbox, each) for each in revoked])


def get_schedule(sandbox: Sandbox, call: Call) -> Reply:
    """One schedule."""
    return Reply(_shown(sandbox, sandbox.billing.schedules.get(call.path_params["merchant_uid"])))


def move_schedule(sandbox: Sandbox, call: Call) -> Reply:
    """Let a schedule wait for another moment."""
    moved = sandbox.billing.move(call.path_params["merchant_uid"], _moment(call.body, "schedule_at"))
    return Reply(_shown(sandbox, moved), note=_note(sandbox, moved))


def reschedule(sandbox: Sandbox, call: Call) -> Reply:
    """Try a failed or revoked schedule again later."""
    again = sandbox.billing.reschedule(call.path_params["merchant_uid"], _moment(call.body, "schedule_at"))
    return Reply(_shown(sandbox, again), note=_note(sandbox, again))


def retry_schedule(sandbox: Sandbox, call: Call) -> Reply:
    """Try a failed or revoked schedule again now: the payment."""
    return Reply(sandbox.billing.retry(call.path_params["merchant_uid"]).shown())


def list_schedules(sandbox: Sandbox, call: Call) -> Reply:
    """The store's schedules between `schedule_from` and `schedule_to`."""
    query = call.query
    found = _between(sandbox, query, ("schedule_from", "schedule_to", "schedule_status"))
    if query.text("sorting") == "scheduled":
        found.reverse()
    return _listed(sandbox, query, found, query.whole("limit", DEFAULT_LIMIT) or 0)


def list_customer_schedules(sandbox: Sandbox, call: Call) -> Reply:
    """The schedules of a billing key between `from` and `to`."""
    found = _between(sandbox, call.query, ("from", "to", "schedule-status"), call.path_params["customer_uid"])
    return _listed(sandbox, call.query, found, DEFAULT_LIMIT)


def _between(sandbox: Sandbox, query: Params, names: tuple[str, str, str], customer_uid: str = "") -> list[Schedule]:
    since, until, status = _moment(query, names[0]), _moment(query, names[1]), query.text(names[2])
    if not 0 <= until - since <= LONGEST_SPAN_SECONDS:
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
    Entry("GET", "/subscribe/customers/{customer_uid}/schedules", list_customer_schedules),
    Entry("POST", "/subscribe/payments/schedule", schedule),
    Entry("GET", "/subscribe/payments/schedule", list_schedules),
    Entry("POST", "/subscribe/payments/unschedule", unschedule),
    Entry("GET", "/subscribe/payments/schedule/{merchant_uid}", get_schedule),
    Entry("PUT", "/subscribe/payments/schedule/{merchant_uid}", move_schedule),
    Entry("POST", "/subscribe/payments/schedule/{merchant_uid}/reschedule", reschedule),
    Entry("POST", "/subscribe/payments/schedule/{merchant_uid}/retry", retry_schedule),
    Entry("GET", "/subscribe/payments/schedule/customers/{customer_uid}", list_customer_schedules),
)
