"""One payment: its registered amount, the payment and its attempts, its account, its approval, its webhooks."""

from payments.entrypoints.sandbox.api.portone.reading import expected_of
from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.errors import NotPossible
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.asking import check_payment_id
from payments.entrypoints.sandbox.portone.book.minor import major
from payments.entrypoints.sandbox.portone.book.prepared import PortOneRegistration
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone.webhooks.shown import webhook_of
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.delivery import Delivery

DELIVERY_SECONDS = 35


def pre_register(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Register the amount that windows of the payment must have."""
    asked = call.asked
    try:
        check_payment_id(call.payment_id, None, sandbox.portone.settings)
    except ValueError as error:
        raise refused("INVALID_REQUEST", str(error)) from error
    sandbox.portone.desk.register(
        PortOneRegistration(
            payment_id=call.payment_id,
            total=asked.whole("totalAmount"),
            tax_free=asked.whole("taxFreeAmount"),
            currency=asked.text("currency") or None,
            registered_at=sandbox.clock.now(),
        )
    )
    return Answer({})


def get_payment(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """One payment, as one of its attempts."""
    portone = sandbox.portone
    registered = portone.desk.registered.find(call.payment_id)
    shows_it = portone.settings.guesses.registered_payment == "READY"
    if registered and shows_it and not portone.desk.attempts(call.payment_id):
        return Answer(portone.views().payment(_registered_row(registered)))
    return Answer(portone.views().payment(portone.desk.get(call.payment_id)))


def _registered_row(registered: PortOneRegistration) -> PaymentRow:
    currency = registered.currency or "KRW"
    return PaymentRow(
        imp_uid=f"registered-{registered.payment_id}",
        merchant_uid=registered.payment_id,
        amount=major(registered.total or 0, currency),
        currency=currency,
        started_at=registered.registered_at,
    )


def get_transactions(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """All attempts of a payment."""
    portone = sandbox.portone
    rows, views = portone.desk.attempts(call.payment_id), portone.views()
    if not rows:
        raise refused("PAYMENT_NOT_FOUND")
    if portone.settings.guesses.transactions_order == "newest first":
        rows = rows[::-1]
    return Answer({"items": [views.transaction(row) for row in rows]})


def close_virtual_account(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Close an account that has had no deposit."""
    row = sandbox.portone.desk.close_account(call.payment_id)
    return Answer({"closedAt": moment(row.hidden.updated_at)})


def confirm(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Take the money that the buyer agreed to in the window of a manual channel."""
    asked, desk = call.asked, sandbox.portone.desk
    attempts = desk.attempts(call.payment_id)
    expected = expected_of(asked, attempts[-1].currency if attempts else "KRW")
    row = desk.confirm(call.payment_id, asked.text("paymentToken", required=True), expected)
    return Answer({"pgTxId": row.pg_tid, "paidAt": moment(row.paid_at or row.hidden.updated_at)})


def capture(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Buy what was approved; every payment of the sandbox is bought at once."""
    _paid(sandbox, call)
    return Answer({})


def _paid(sandbox: Sandbox, call: PortOneCall) -> PaymentRow:
    row = sandbox.portone.desk.get(call.payment_id)
    if row.status != "paid":
        raise refused("PAYMENT_NOT_PAID")
    return row


def resend_webhook(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Send a webhook again, the newest by default, and tell how that ended."""
    row, wanted = sandbox.portone.desk.get(call.payment_id), call.asked.text("webhookId")
    known = [delivery for delivery in sandbox.webhooks.of(row.imp_uid) if delivery.message]
    if wanted:
        found = [delivery for delivery in known if delivery.message == wanted][-1:]
        if not found:
            raise refused("WEBHOOK_NOT_FOUND")
        return Answer({"deliveries": [sandbox.webhooks.again(found[0], trigger="MANUAL", attempt=1)]})
    try:
        return Answer({"deliveries": sandbox.webhooks.resend(row.imp_uid)})
    except NotPossible as error:
        raise refused("WEBHOOK_NOT_FOUND") from error


def delivered(sandbox: Sandbox, answer: Answer) -> Answer:
    """Wait until the webhook that was sent again has ended."""
    if "deliveries" not in answer.response:
        return answer
    sent: Delivery = answer.response["deliveries"][-1]
    sent.wait(DELIVERY_SECONDS)
    return Answer({"webhook": webhook_of(sent, sandbox.portone.face)})


def register_store_receipt(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """Register the receipts of the stores in a market."""
    items = call.asked.values.get("items")
    if not isinstance(items, list) or not items:
        raise call.asked.bad("items", "required")
    return Answer({"receiptUrl": _paid(sandbox, call).receipt_url})


TABLE = (
    Line("POST", "/payments/{payment_id}/pre-register", pre_register),
    Line("GET", "/payments/{payment_id}", get_payment),
    Line("GET", "/payments/{payment_id}/transactions", get_transactions),
    Line("POST", "/payments/{payment_id}/virtual-account/close", close_virtual_account),
    Line("POST", "/payments/{payment_id}/confirm", confirm),
    Line("POST", "/payments/{payment_id}/capture", capture),
    Line("POST", "/payments/{payment_id}/resend-webhook", resend_webhook, after=delivered),
    Line("POST", "/payments/{payment_id}/register-store-receipt", register_store_receipt),
)
