"""Calls that change something: tokens, registered amounts, cancels, virtual accounts."""

from decimal import Decimal

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.payments import accounts
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.opening import BUYER_FIELDS, MERCHANT_UID_MAX, NAME_MAX, WindowRequest, urls
from payments.entrypoints.sandbox.payments.prepared import Registration
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply


def get_token(sandbox: Sandbox, call: Call) -> Reply:
    """An access token for the store's key and secret."""
    return Reply(sandbox.tokens.issue(call.body.text("imp_key"), call.body.text("imp_secret")))


def _registration(call: Call) -> Registration:
    merchant_uid = call.body.text("merchant_uid", required=True, longest=MERCHANT_UID_MAX)
    amount = call.body.number("amount", required=True)
    if amount is None or amount < 0:
        raise call.body.refused("amount")
    return Registration(merchant_uid, amount, call.body.text("currency") or None)


def prepare(sandbox: Sandbox, call: Call) -> Reply:
    """Register the amount a window may ask for."""
    return Reply(sandbox.book.prepared.add(_registration(call)).shown())


def change_prepare(sandbox: Sandbox, call: Call) -> Reply:
    """Change a registered amount."""
    return Reply(sandbox.book.prepared.change(_registration(call)).shown())


def get_prepare(sandbox: Sandbox, call: Call) -> Reply:
    """A registered amount."""
    return Reply(sandbox.book.prepared.get(call.path_params["merchant_uid"]).shown())


def cancel(sandbox: Sandbox, call: Call) -> Reply:
    """Give a payment back, whole or in part: the payment after it."""
    body = call.body
    request = CancelRequest(
        imp_uid=body.text("imp_uid"),
        merchant_uid=body.text("merchant_uid"),
        amount=body.number("amount"),
        checksum=body.number("checksum"),
        tax_free=body.number("tax_free"),
        vat_amount=body.number("vat_amount"),
        reason=body.text("reason"),
        refund_holder=body.text("refund_holder"),
        refund_bank=body.text("refund_bank"),
        refund_account=body.text("refund_account"),
        refund_tel=body.text("refund_tel"),
        enable_webhook=body.flag("enable_webhook"),
    )
    return Reply(sandbox.book.cancel(request).shown())


def issue_vbank(sandbox: Sandbox, call: Call) -> Reply:
    """Issue a virtual account without a window."""
    body = call.body
    amount, due = body.number("amount", required=True), body.whole("vbank_due")
    if amount is None or amount <= 0:
        raise body.refused("amount")
    if due is None or due <= sandbox.clock.now():
        raise body.refused("vbank_due")
    request = WindowRequest(
        merchant_uid=body.text("merchant_uid", required=True, longest=MERCHANT_UID_MAX),
        amount=amount,
        channel_key=body.text("channel_key", required=True),
        pay_method="vbank",
        name=body.text("name", longest=NAME_MAX),
        buyer={field: body.text(field, longest=longest) for field, longest in BUYER_FIELDS.items() if body.text(field)},
        custom_data=body.text("custom_data") or None,
        notice_urls=urls(body.values.get("notice_url")),
        vbank_due=due,
        tax_free=body.number("tax_free") or Decimal(0),
        vat_amount=body.number("vat_amount"),
        channel="api",
        user_agent="sorry_not_supported_anymore",
    )
    bank_code = body.text("vbank_code", required=True)
    return Reply(accounts.issue(sandbox.book, request, bank_code, body.text("vbank_holder", longest=16)).shown())


def change_vbank(sandbox: Sandbox, call: Call) -> Reply:
    """Change amount or deadline of an account that has had no deposit."""
    amount, due = call.body.number("amount"), call.body.whole("vbank_due")
    if amount is not None and amount <= 0:
        raise call.body.refused("amount")
    return Reply(accounts.change(sandbox.book, call.path_params["imp_uid"], amount, due).shown())


def revoke_vbank(sandbox: Sandbox, call: Call) -> Reply:
    """Close an account that has had no deposit."""
    return Reply(accounts.revoke(sandbox.book, call.path_params["imp_uid"]).shown())


TABLE = (
    Entry("POST", "/users/getToken", get_token, token=False),
    Entry("POST", "/payments/prepare", prepare),
    Entry("PUT", "/payments/prepare", change_prepare),
    Entry("GET", "/payments/prepare/{merchant_uid}", get_prepare),
    Entry("POST", "/payments/cancel", cancel),
    Entry("POST", "/vbanks", issue_vbank),
    Entry("PUT", "/vbanks/{imp_uid}", change_vbank),
    Entry("DELETE", "/vbanks/{imp_uid}", revoke_vbank),
)
