"""Cash receipts."""

from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.payments.portone_channels import channel_of
from payments.entrypoints.sandbox.portone.book.minor import vat_in
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.fields import Fields
from payments.entrypoints.sandbox.portone.receipts import CashReceipt, cash_receipt_of
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone.views.paging import DAYS_90, holds, page_of
from payments.entrypoints.sandbox.service import Sandbox

CLOCKS = ("ISSUED_AT", "CANCELLED_AT", "STATUS_UPDATED_AT")


def issue_cash_receipt(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Issue a receipt, of a payment or of cash taken elsewhere."""
    asked, portone = call.asked, sandbox.portone
    amount, customer = asked.inner("amount", required=True), asked.inner("customer", required=True)
    customer.text("identityNumber", required=True)
    channel = channel_of(portone.settings.channels, asked.text("channelKey", required=True))
    if channel is None:
        raise refused("CHANNEL_NOT_FOUND")
    total, tax_free = amount.whole("total", required=True) or 0, amount.whole("taxFree") or 0
    vat = amount.whole("vat")
    receipt = CashReceipt(
        payment_id=asked.text("paymentId", required=True),
        channel_key=channel.key,
        type=asked.choice("type", ("PERSONAL", "CORPORATE"), required=True),
        order_name=asked.text("orderName", required=True),
        currency=asked.text("currency", required=True),
        amount=total,
        tax_free=tax_free,
        vat=vat_in(total - tax_free) if vat is None else vat,
    )
    url = f"{sandbox.url}/_sandbox/cash-receipts/{receipt.payment_id}"
    issued = portone.receipts.issue(receipt, url, sandbox.clock.now())
    summary = {"issueNumber": issued.issue_number, "url": issued.url, "pgReceiptId": issued.pg_receipt_id}
    return Answer({"cashReceipt": summary})


def get_cash_receipts(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """The receipts that a filter asks for, page by page."""
    settings, asked = sandbox.portone.settings, call.asked
    rows = _listed(sandbox, asked.inner("filter"), asked.inner("sort"))
    page, about = page_of(rows, asked.inner("page"), settings.guesses)
    return Answer({"items": [cash_receipt_of(receipt, settings) for receipt in page], "page": about})


def _clock(receipt: CashReceipt, name: str) -> int:
    times = {"ISSUED_AT": receipt.issued_at, "CANCELLED_AT": receipt.cancelled_at}
    return times.get(name, receipt.cancelled_at or receipt.issued_at)


def _listed(sandbox: Sandbox, wanted: Fields, sort: Fields) -> list[CashReceipt]:
    now, guesses = sandbox.clock.exact(), sandbox.portone.settings.guesses
    clock = wanted.choice("timeRangeField", CLOCKS) or "STATUS_UPDATED_AT"
    until, since = wanted.moment("until"), wanted.moment("from")
    end = now + 1 if until is None else until
    start = end - DAYS_90 if since is None else since
    statuses, payment_id = wanted.choices("statuses", ("ISSUED", "CANCELLED", "FAILED")), wanted.text("paymentId")
    rows = [
        receipt
        for receipt in sandbox.portone.receipts.all()
        if holds(_clock(receipt, clock), start, end, guesses)
        and (not statuses or receipt.status in statuses)
        and payment_id in ("", receipt.payment_id)
    ]
    by, order = sort.choice("by", CLOCKS) or "ISSUED_AT", sort.choice("order", ("DESC", "ASC"))
    return sorted(rows, key=lambda receipt: _clock(receipt, by), reverse=order != "ASC")


def get_cash_receipt(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """The receipt of one payment."""
    receipt = sandbox.portone.receipts.find(call.payment_id)
    if receipt is None:
        raise refused("CASH_RECEIPT_NOT_FOUND")
    return Answer(cash_receipt_of(receipt, sandbox.portone.settings))


def cancel_cash_receipt(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Take the receipt of a payment back."""
    receipt = sandbox.portone.receipts.cancel(call.payment_id, sandbox.clock.now())
    return Answer({"cancelledAmount": receipt.amount, "cancelledAt": moment(receipt.cancelled_at)})


TABLE = (
    Line("GET", "/cash-receipts", get_cash_receipts),
    Line("POST", "/cash-receipts", issue_cash_receipt),
    Line("GET", "/payments/{payment_id}/cash-receipt", get_cash_receipt),
    Line("POST", "/payments/{payment_id}/cash-receipt/cancel", cancel_cash_receipt),
)
