"""Payments without a window: with a typed card, into an account, or with a billing key."""

from payments.entrypoints.sandbox.api.portone.reading import card_asked, channel_asked, payment_request
from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.payments.portone_channels import BANK_CODES, PortOneChannel, channel_of
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.billing.keys import BillingKey
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone_settings import PortOneSettings
from payments.entrypoints.sandbox.service import Sandbox

HOUR = 3600
OPTIONS = ("NORMAL", "FIXED")


def pay_instantly(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Pay with a typed card, or issue a virtual account."""
    asked, settings = call.asked, sandbox.portone.settings
    method = asked.inner("method", required=True)
    if method.has("card") == method.has("virtualAccount"):
        raise asked.bad("method", "card or virtualAccount")
    channel = channel_asked(asked, settings)
    if method.has("virtualAccount"):
        return _with_account(sandbox, call, channel, method.inner("virtualAccount"))
    card, months = card_asked(method), method.inner("card").whole("installmentMonth") or 0
    request = payment_request(call, asked, channel, settings)
    return summary(sandbox.portone.charges.pay_with_card(request, card, months))


def _with_account(sandbox: Sandbox, call: PortOneCall, channel: PortOneChannel, account: Fields) -> Answer:
    bank = account.choice("bank", BANK_CODES, required=True)
    account.inner("option", required=True).choice("type", OPTIONS, required=True)
    due = _due(account.inner("expiry", required=True), sandbox.clock.now())
    holder = account.text("remitteeName") or sandbox.settings.shop_name
    settings = sandbox.portone.settings
    request = payment_request(call, call.asked, channel, settings, pay_method="VIRTUAL_ACCOUNT", due=due)
    return summary(sandbox.portone.charges.issue_account(request, BANK_CODES[bank], due, holder))


def _due(expiry: Fields, now: int) -> int:
    hours, date = expiry.whole("validHours", least=1), expiry.moment("dueDate")
    if (hours is None) == (date is None):
        raise expiry.bad("validHours, dueDate", "exactly one of them")
    due = now + hours * HOUR if hours is not None else int(date or 0)
    if due <= now:
        raise expiry.bad("dueDate", "in the future")
    return due


def key_channel(key: BillingKey, asked: Fields, settings: PortOneSettings) -> PortOneChannel:
    """Return the channel that a key pays on: the one that is named, or its own. Raises CallRefused."""
    channel = channel_of(settings.channels, asked.text("channelKey") or key.channel_key)
    if channel is None:
        raise refused("CHANNEL_NOT_FOUND")
    return channel


def pay_with_billing_key(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Pay with a billing key."""
    asked, settings, charges = call.asked, sandbox.portone.settings, sandbox.portone.charges
    key = charges.keys.usable(asked.text("billingKey", required=True))
    channel = key_channel(key, asked, settings)
    easy = {"pay_method": "EASY_PAY", "easy_pay": key.easy_pay} if key.method == "EASY_PAY" else {}
    request = payment_request(call, asked, channel, settings, billing_key=key.billing_key, **easy)
    return summary(charges.pay_with_key(request, key, asked.whole("installmentMonth") or 0))


def summary(row: PaymentRow) -> Answer:
    """Return what a payment by API is answered with."""
    return Answer({"payment": {"pgTxId": row.pg_tid, "paidAt": moment(row.paid_at or row.hidden.updated_at)}})


TABLE = (
    Line("POST", "/payments/{payment_id}/instant", pay_instantly),
    Line("POST", "/payments/{payment_id}/billing-key", pay_with_billing_key),
)
