"""Giving a payment back, and stopping what has not happened yet."""

import attrs

from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.portone.book.cancel_request import PortOneCancel
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone.views.payment import cancellation_of
from payments.entrypoints.sandbox.service import Sandbox


def cancel(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Give a payment back, whole or in part: the cancellation."""
    row, entry = sandbox.portone.desk.cancel(call.payment_id, _request(call))
    if not entry.works_until:
        return Answer({"cancellation": cancellation_of(entry, row)})
    works = entry.works_until - sandbox.clock.now()
    done = attrs.evolve(entry, status="SUCCEEDED", cancelled_at=entry.works_until, works_until=0)
    return Answer({"cancellation": cancellation_of(done, row)}, works=works)


def _request(call: PortOneCall) -> PortOneCancel:
    asked, account = call.asked, call.asked.inner("refundAccount")
    if account.values:
        account.text("bank", required=True)
        account.text("number", required=True)
        account.text("holderName", required=True)
    asked.choice("requester", ("CUSTOMER", "ADMIN"))
    asked.choice("promotionDiscountRetainOption", ("RETAIN", "RELEASE"))
    return PortOneCancel(
        reason=asked.text("reason", required=True),
        amount=asked.whole("amount"),
        tax_free=asked.whole("taxFreeAmount"),
        vat=asked.whole("vatAmount"),
        cancellable=asked.whole("currentCancellableAmount"),
        to_account=bool(account.values),
        holder_phone=account.text("holderPhoneNumber"),
        skip_webhook=asked.flag("skipWebhook") or False,
    )


def stop_cancellation(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Stop a cancel that the PG has not carried out yet."""
    asked = call.path_params["cancellation_id"]
    return Answer({"stoppedAt": moment(sandbox.portone.desk.stop(call.payment_id, asked))})


TABLE = (
    Line("POST", "/payments/{payment_id}/cancel", cancel),
    Line("POST", "/payments/{payment_id}/cancellations/{cancellation_id}/stop", stop_cancellation),
)
