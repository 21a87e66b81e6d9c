"""Payments that a billing key is to make later."""

from payments.entrypoints.sandbox.api.portone.instant import key_channel
from payments.entrypoints.sandbox.api.portone.reading import payment_request
from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.portone.billing.schedules import PortOneSchedule
from payments.entrypoints.sandbox.portone.billing.views import schedule_of
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone.views.paging import DAYS_90, holds, page_of
from payments.entrypoints.sandbox.service import Sandbox

STATUSES = ("SCHEDULED", "STARTED", "SUCCEEDED", "FAILED", "REVOKED", "PENDING")
SORTS = {
    "TIME_TO_PAY": lambda row: row.time_to_pay,
    "CREATED_AT": lambda row: row.created_at,
    "COMPLETED_AT": lambda row: row.completed_at,
}


def create_schedule(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Let a billing key pay at a time to come."""
    portone = sandbox.portone
    payment = call.asked.inner("payment", required=True)
    at = call.asked.moment("timeToPay", required=True)
    key = portone.keys.usable(payment.text("billingKey", required=True))
    channel = key_channel(key, payment, portone.settings)
    request = payment_request(call, payment, channel, portone.settings, billing_key=key.billing_key)
    schedule = portone.charges.schedule(request, at or 0, payment.whole("installmentMonth") or 0)
    return Answer({"schedule": {"id": schedule.id}})


def get_schedule(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """One schedule."""
    schedule = sandbox.portone.schedules.get(call.path_params["schedule_id"])
    return Answer(schedule_of(schedule, sandbox.portone.settings))


def get_schedules(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """The schedules that a filter asks for; without `until`, none of those to come."""
    settings, asked = sandbox.portone.settings, call.asked
    rows = _listed(sandbox, asked.inner("filter"), asked.inner("sort"))
    page, about = page_of(rows, asked.inner("page"), settings.guesses)
    return Answer({"items": [schedule_of(schedule, settings) for schedule in page], "page": about})


def _listed(sandbox: Sandbox, wanted: Fields, sort: Fields) -> list[PortOneSchedule]:
    until, since = wanted.moment("until"), wanted.moment("from")
    end = sandbox.clock.exact() if until is None else until
    start = end - DAYS_90 if since is None else since
    statuses, key = wanted.choices("status", STATUSES), wanted.text("billingKey")
    is_test, guesses = wanted.flag("isForTest"), sandbox.portone.settings.guesses
    rows = [
        schedule
        for schedule in sandbox.portone.schedules.all()
        if holds(schedule.time_to_pay, start, end, guesses)
        and (not statuses or schedule.status in statuses)
        and key in ("", schedule.billing_key)
        and is_test in (None, schedule.request.channel.is_test)
    ]
    by, order = sort.choice("by", SORTS) or "TIME_TO_PAY", sort.choice("order", ("DESC", "ASC"))
    return sorted(rows, key=SORTS[by], reverse=order != "ASC")


def revoke_schedules(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Revoke schedules, all that are named or none."""
    key, ids = call.asked.text("billingKey"), call.asked.texts("scheduleIds")
    if not key and not ids:
        raise call.asked.bad("billingKey, scheduleIds", "at least one of them")
    revoked = sandbox.portone.charges.revoke(key, ids)
    at = moment(sandbox.clock.exact())
    return Answer({"revokedScheduleIds": [schedule.id for schedule in revoked], "revokedAt": at})


TABLE = (
    Line("POST", "/payments/{payment_id}/schedule", create_schedule),
    Line("GET", "/payment-schedules", get_schedules),
    Line("DELETE", "/payment-schedules", revoke_schedules),
    Line("GET", "/payment-schedules/{schedule_id}", get_schedule),
)
