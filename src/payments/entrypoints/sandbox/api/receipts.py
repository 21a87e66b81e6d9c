"""Cash receipts: issuing, reading and cancelling them, of payments and of cash taken elsewhere."""

from decimal import Decimal

import attrs

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.extras.receipts import IDENTIFIER_TYPES, PGS, TYPES, Kind, Receipt, ReceiptRequest
from payments.entrypoints.sandbox.payments.channels import choose
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply
from payments.entrypoints.sandbox.wire.params import Params


def _request(body: Params, amount: Decimal) -> ReceiptRequest:
    """Read what is asked for, after looking at who the receipt says to be for."""
    body.text("identifier", required=True)
    if body.text("identifier_type") not in ("", *IDENTIFIER_TYPES):
        raise body.refused("identifier_type")
    type_, tax_free = body.text("type") or TYPES[0], body.number("tax_free") or Decimal(0)
    if type_ not in TYPES:
        raise body.refused("type")
    if not 0 <= tax_free <= amount:
        raise body.refused("tax_free")
    return ReceiptRequest(amount=amount, tax_free=tax_free, type=type_)


def _check_pg(sandbox: Sandbox, pg_provider: str) -> None:
    if pg_provider not in PGS:
        raise CallRefused(Refusal(501, -1, sandbox.book.guesses.pg_lacks_text))


def _not_issued(sandbox: Sandbox, kind: Kind, uid: str) -> None:
    receipt = sandbox.receipts.find(kind, uid)
    if receipt is not None and not receipt.cancelled_at:
        raise CallRefused(Refusal(400, -1, sandbox.book.guesses.receipt_issued_text))


def _found(sandbox: Sandbox, kind: Kind, uid: str, http: int = 404) -> Receipt:
    receipt = sandbox.receipts.find(kind, uid)
    if receipt is None:
        raise CallRefused(Refusal(http, -1, sandbox.book.guesses.receipt_none_text))
    return receipt


def issue_receipt(sandbox: Sandbox, call: Call) -> Reply:
    """Issue a receipt for a payment; 400 unless it is paid and has none, 501 where the PG issues none."""
    row = sandbox.book.payment(call.path_params["imp_uid"])
    request = _request(call.body, row.amount)
    _check_pg(sandbox, row.pg_provider)
    if row.status != "paid":
        raise CallRefused(Refusal(400, -1, sandbox.book.guesses.receipt_unpaid_text))
    _not_issued(sandbox, "imp_uid", row.imp_uid)
    url, now = sandbox.book.receipt_url(row.imp_uid), sandbox.clock.now()
    receipt = sandbox.receipts.issue("imp_uid", row.imp_uid, request, url, now)
    sandbox.book.store(attrs.evolve(row, cash_receipt_issued=True))
    return Reply(receipt.shown())


def get_receipt(sandbox: Sandbox, call: Call) -> Reply:
    """The receipt of a payment."""
    return Reply(_found(sandbox, "imp_uid", call.path_params["imp_uid"]).shown())


def cancel_receipt(sandbox: Sandbox, call: Call) -> Reply:
    """Cancel the receipt of a payment; 400 if it never had one."""
    receipt = _found(sandbox, "imp_uid", call.path_params["imp_uid"], 400)
    cancelled = sandbox.receipts.cancel(receipt, sandbox.clock.now())
    sandbox.book.store(attrs.evolve(sandbox.book.payment(receipt.uid), cash_receipt_issued=False))
    return Reply(cancelled.shown())


def issue_external(sandbox: Sandbox, call: Call) -> Reply:
    """Issue a receipt for cash taken elsewhere."""
    body, uid = call.body, call.path_params["merchant_uid"]
    body.text("name", required=True)
    amount = body.number("amount", required=True)
    if amount is None or amount <= 0:
        raise body.refused("amount")
    request = _request(body, amount)
    channel = choose(sandbox.book.channels, pg=body.text("pg"))
    _check_pg(sandbox, channel.pg_provider if channel else "")
    _not_issued(sandbox, "merchant_uid", uid)
    url, now = sandbox.book.receipt_url(uid), sandbox.clock.now()
    return Reply(sandbox.receipts.issue("merchant_uid", uid, request, url, now).shown())


def get_external(sandbox: Sandbox, call: Call) -> Reply:
    """The receipt of cash taken elsewhere."""
    return Reply(_found(sandbox, "merchant_uid", call.path_params["merchant_uid"]).shown())


def cancel_external(sandbox: Sandbox, call: Call) -> Reply:
    """Cancel the receipt of cash taken elsewhere; 404 if it never had one."""
    receipt = _found(sandbox, "merchant_uid", call.path_params["merchant_uid"])
    return Reply(sandbox.receipts.cancel(receipt, sandbox.clock.now()).shown())


TABLE = (
    Entry("POST", "/receipts/{imp_uid}", issue_receipt),
    Entry("GET", "/receipts/{imp_uid}", get_receipt),
    Entry("DELETE", "/receipts/{imp_uid}", cancel_receipt),
    Entry("POST", "/receipts/external/{merchant_uid}", issue_external),
    Entry("GET", "/receipts/external/{merchant_uid}", get_external),
    Entry("DELETE", "/receipts/external/{merchant_uid}", cancel_external),
)
