"""Billing keys, and payments without a window: `/subscribe/customers`, `/subscribe/payments/onetime` and `again`."""

from payments.entrypoints.sandbox.api.reading import about_customer, key_request, payment_request, typed_card
from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.payments.messages import CARD_REFUSED, CUSTOMER_UNKNOWN
from payments.entrypoints.sandbox.payments.paging import DEFAULT_LIMIT, ordered, page_of
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply


def get_customers(sandbox: Sandbox, call: Call) -> Reply:
    """Many billing keys: 207 when some are missing, 404 when all are."""
    asked = list(dict.fromkeys(call.query.texts("customer_uid")))
    if not asked:
        raise call.query.refused("customer_uid[]")
    found = sandbox.billing.customers.many(asked)
    if not found:
        raise CallRefused(CUSTOMER_UNKNOWN.about(", ".join(asked)))
    return Reply([customer.shown() for customer in found], 200 if len(found) == len(asked) else 207)


def get_customer(sandbox: Sandbox, call: Call) -> Reply:
    """One billing key."""
    return Reply(sandbox.billing.customers.get(call.path_params["customer_uid"]).shown())


def issue_key(sandbox: Sandbox, call: Call) -> Reply:
    """Issue a billing key for a typed card."""
    return Reply(sandbox.billing.issue(key_request(call.path_params["customer_uid"], call.body)).shown())


def delete_key(sandbox: Sandbox, call: Call) -> Reply:
    """Delete a billing key: what it was."""
    return Reply(sandbox.billing.forget(call.path_params["customer_uid"]).shown())


def list_customer_payments(sandbox: Sandbox, call: Call) -> Reply:
    """The payments made with a billing key, the newest first; an empty page for a key that does not exist."""
    customer_uid = call.path_params["customer_uid"]
    rows = [row for row in sandbox.book.with_status("all") if row.customer_uid == customer_uid]
    guesses, page = sandbox.book.guesses, call.query.whole("page", 1)
    return Reply(page_of(ordered(rows, "", guesses), page or 0, DEFAULT_LIMIT, guesses))


def pay_onetime(sandbox: Sandbox, call: Call) -> Reply:
    """Pay with a typed card; with a `customer_uid`, its billing key is stored."""
    request, card = payment_request(call.body), typed_card(call.body, CARD_REFUSED)
    quota = call.body.whole("card_quota", 0) or 0
    return Reply(sandbox.billing.pay_with_card(request, card, about_customer(call.body, "buyer_"), quota).shown())


def pay_again(sandbox: Sandbox, call: Call) -> Reply:
    """Pay with a billing key; a payment that the bank refused is a payment too, with status failed."""
    customer_uid = call.body.text("customer_uid", required=True)
    sandbox.billing.payer(customer_uid)
    quota = call.body.whole("card_quota", 0) or 0
    return Reply(sandbox.billing.pay_again(customer_uid, payment_request(call.body), quota).shown())


TABLE = (
    Entry("GET", "/subscribe/customers", get_customers),
    Entry("GET", "/subscribe/customers/{customer_uid}", get_customer),
    Entry("POST", "/subscribe/customers/{customer_uid}", issue_key),
    Entry("DELETE", "/subscribe/customers/{customer_uid}", delete_key),
    Entry("GET", "/subscribe/customers/{customer_uid}/payments", list_customer_payments),
    Entry("POST", "/subscribe/payments/onetime", pay_onetime),
    Entry("POST", "/subscribe/payments/foreign", pay_onetime),  # gone from the documents; old clients still call it
    Entry("POST", "/subscribe/payments/again", pay_again),
)
