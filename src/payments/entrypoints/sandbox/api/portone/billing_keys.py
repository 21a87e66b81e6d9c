"""Billing keys: issuing, confirming, reading and deleting them."""

from typing import Any

import attrs

from payments.entrypoints.sandbox.api.portone.reading import card_asked, channel_asked, customer_of, expected_of
from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.portone.billing.views import billing_key_of, channels_of
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone.views.paging import DAYS_90, holds, page_of
from payments.entrypoints.sandbox.service import Sandbox

CLOCKS = ("REQUESTED_AT", "ISSUED_AT", "DELETED_AT", "STATUS_TIMESTAMP")


def issue_billing_key(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Issue a key for a typed card."""
    asked, portone = call.asked, sandbox.portone
    channel = channel_asked(asked, portone.settings)
    key = portone.charges.issue(
        channel,
        card_asked(asked.inner("method", required=True)),
        customer=customer_of(asked.inner("customer")),
        custom_data=asked.text("customData") or None,
        notice_urls=tuple(asked.texts("noticeUrls")),
    )
    return Answer({"billingKeyInfo": _summary(sandbox, key)})


def _summary(sandbox: Sandbox, key: BillingKey) -> dict[str, Any]:
    channels = channels_of(key, sandbox.portone.settings.channels)
    return {"billingKey": key.billing_key, "channels": channels, "issuedAt": moment(key.issued_at)}


def get_billing_key(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """One key, also a deleted one."""
    key = sandbox.portone.keys.get(call.path_params["billing_key"])
    return Answer(billing_key_of(key, sandbox.portone.settings))


def get_billing_keys(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """The keys that a filter asks for, page by page."""
    settings, asked = sandbox.portone.settings, call.asked
    rows = _listed(sandbox, asked.inner("filter"), asked.inner("sort"))
    page, about = page_of(rows, asked.inner("page"), settings.guesses)
    return Answer({"items": [billing_key_of(key, settings) for key in page], "page": about})


def _clock(key: BillingKey, name: str) -> int:
    times = {"REQUESTED_AT": key.requested_at, "ISSUED_AT": key.issued_at, "DELETED_AT": key.deleted_at}
    return times.get(name, key.deleted_at or key.issued_at)


def _listed(sandbox: Sandbox, wanted: Fields, sort: Fields) -> list[BillingKey]:
    now, guesses = sandbox.clock.exact(), sandbox.portone.settings.guesses
    clock = wanted.choice("timeRangeField", CLOCKS) or "REQUESTED_AT"
    until, since = wanted.moment("until"), wanted.moment("from")
    end = now + 1 if until is None else until
    start = end - DAYS_90 if since is None else since
    statuses, customer, version = wanted.choices("status", ("ISSUED", "DELETED")), wanted.text("customerId"), ""
    version = wanted.choice("version", ("V1", "V2"))
    search = wanted.inner("textSearch")
    rows = [
        key
        for key in sandbox.portone.keys.all()
        if holds(_clock(key, clock), start, end, guesses)
        and (not statuses or key.status in statuses)
        and customer in ("", key.customer.get("id"))
        and version != "V1"
        and search.text("value") in _searched(key, search.text("field"))
    ]
    by, order = sort.choice("by", CLOCKS) or "REQUESTED_AT", sort.choice("order", ("DESC", "ASC"))
    return sorted(rows, key=lambda key: _clock(key, by), reverse=order != "ASC")


def _searched(key: BillingKey, field: str) -> str:
    number, customer = str(key.card.get("card_number") or ""), key.customer
    texts = {
        "BILLING_KEY": key.billing_key,
        "CARD_NUMBER": number,
        "CARD_BIN": number[:6],
        "CUSTOMER_NAME": str(customer.get("name") or ""),
        "CUSTOMER_EMAIL": str(customer.get("email") or ""),
        "CUSTOMER_PHONE_NUMBER": str(customer.get("phoneNumber") or ""),
    }
    return texts.get(field, "") if field else ""


def delete_billing_key(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Delete a key."""
    key = sandbox.portone.charges.delete(call.path_params["billing_key"])
    return Answer({"deletedAt": moment(key.deleted_at)})


def confirm_billing_key(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Issue the key that the buyer agreed to in the window of a manual channel."""
    return Answer({"billingKey": _confirmed(sandbox, call.asked).billing_key})


def _confirmed(sandbox: Sandbox, asked: Fields) -> BillingKey:
    token, is_test = asked.text("billingIssueToken", required=True), asked.flag("isTest")
    rows = sandbox.portone.keys.rows.values()
    key = next((key for key in rows if token and key.issue_token == token), None)
    if key is None:
        raise refused("BILLING_KEY_NOT_FOUND")
    if key.issued_at:
        raise refused("BILLING_KEY_ALREADY_ISSUED")
    if is_test is False:
        raise refused("INFORMATION_MISMATCH")
    return sandbox.portone.charges.issued(attrs.evolve(key, failed=""))


def confirm_issue_and_pay(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Issue the key that the buyer agreed to, and take the first payment."""
    asked, portone = call.asked, sandbox.portone
    token = asked.text("billingIssueToken", required=True)
    key = next((key for key in portone.keys.rows.values() if key.issue_token == token and key.transaction_id), None)
    if key is None:
        raise refused("BILLING_KEY_NOT_FOUND")
    row = sandbox.book.payment(key.transaction_id)
    if asked.text("paymentId") not in ("", row.merchant_uid):
        raise refused("INFORMATION_MISMATCH")
    facts = row.hidden.portone
    portone.desk.confirm(row.merchant_uid, facts.payment_token if facts else "", expected_of(asked, row.currency))
    return Answer({"billingKey": _confirmed(sandbox, asked).billing_key, "paymentId": row.merchant_uid})


TABLE = (
    Line("GET", "/billing-keys", get_billing_keys),
    Line("POST", "/billing-keys", issue_billing_key),
    Line("POST", "/billing-keys/confirm", confirm_billing_key),
    Line("POST", "/billing-keys/confirm-issue-and-pay", confirm_issue_and_pay),
    Line("GET", "/billing-keys/{billing_key}", get_billing_key),
    Line("DELETE", "/billing-keys/{billing_key}", delete_billing_key),
)
