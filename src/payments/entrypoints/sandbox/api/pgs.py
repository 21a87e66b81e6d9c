"""What single PGs or methods add: escrow parcels, PAYCO, Kakao Pay, the holders of bank accounts."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import attrs

from payments.entrypoints.sandbox.api.naver import payment_at
from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.clock import KOREA
from payments.entrypoints.sandbox.extras.escrows import Delivery
from payments.entrypoints.sandbox.payments.channels import BANKS
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply
from payments.entrypoints.sandbox.wire.params import Params

PAYCO_STATUSES = ("DELIVERY_START", "PURCHASE_DECISION", "CANCELED")
KAKAO_PAGE = 20
HOLDER = "홍길동"


# escrow


def _delivery(sandbox: Sandbox, call: Call) -> Delivery:
    parts = [call.body.values.get(name) for name in ("sender", "receiver", "logis")]
    if not all(isinstance(part, dict) and part for part in parts):
        raise call.body.refused("sender, receiver, logis")
    logis = Params(parts[2] or {}, call.body.refusal_text)
    sent_at = logis.whole("sent_at")
    if sent_at is None:
        raise logis.refused("logis.sent_at")
    company, invoice = logis.text("company", required=True), logis.text("invoice", required=True)
    return Delivery(company, invoice, sent_at, sandbox.clock.now())


def register_delivery(sandbox: Sandbox, call: Call) -> Reply:
    """Register where the goods of an escrow payment are."""
    row = sandbox.book.payment(call.path_params["imp_uid"])
    return Reply(attrs.asdict(sandbox.escrows.register(row, _delivery(sandbox, call))))


def change_delivery(sandbox: Sandbox, call: Call) -> Reply:
    """Correct it."""
    row = sandbox.book.payment(call.path_params["imp_uid"])
    return Reply(attrs.asdict(sandbox.escrows.change(row, _delivery(sandbox, call))))


def get_delivery(sandbox: Sandbox, call: Call) -> Reply:
    """Read it."""
    return Reply(attrs.asdict(sandbox.escrows.get(sandbox.book.payment(call.path_params["imp_uid"]))))


# PAYCO


def payco_status(sandbox: Sandbox, call: Call) -> Reply:
    """Change the state of a PAYCO order."""
    payment_at(sandbox, call, "payco")
    status = call.body.text("status")
    if status not in PAYCO_STATUSES:
        raise call.body.refused("status")
    return Reply({"status": status})


def _parts(amount: Decimal, tax_free: Decimal) -> dict[str, Decimal]:
    vat = ((amount - tax_free) / 11).to_integral_value(ROUND_DOWN)
    return {"tax_free": tax_free, "supply": amount - tax_free - vat, "vat": vat, "service": Decimal(0)}


def balance(sandbox: Sandbox, call: Call) -> Reply:
    """What a PAYCO payment consists of, and consisted of after each change [OAS1 PaymentBalanceResponse]."""
    row = payment_at(sandbox, call, "payco")
    nothing, tax_free = _parts(Decimal(0), Decimal(0)), row.hidden.tax_free - row.hidden.cancelled_tax_free
    others = {"cash_receipt": nothing, "secondary": nothing, "discount": nothing}
    changes = [(row.amount, row.hidden.tax_free, row.paid_at)]
    changes += [(-entry.amount, Decimal(0), entry.cancelled_at) for entry in row.cancel_history]
    histories = [others | {"primary": _parts(amount, free), "created": at} for amount, free, at in changes]
    return Reply(others | {"amount": row.amount, "primary": _parts(row.remaining, tax_free), "histories": histories})


# Kakao Pay


def kakao_orders(sandbox: Sandbox, call: Call) -> Reply:
    """The Kakao Pay payments of a day (`YYYYMMDD`, Korean time), paged."""
    day, page = call.query.text("payment_request_date", required=True), call.query.whole("page", 1) or 0
    if page < 1:
        raise call.query.refused("page")
    cid = call.query.text("cid")
    rows = [
        row
        for row in sandbox.book.with_status("all")
        if row.pg_provider == "kakaopay"
        and datetime.fromtimestamp(row.started_at, KOREA).strftime("%Y%m%d") == day
        and cid in ("", row.pg_id)
    ]
    shown = rows[(page - 1) * KAKAO_PAGE : page * KAKAO_PAGE]
    pages = max(1, -(-len(rows) // KAKAO_PAGE))
    counts = {"total_pages": pages, "total_size": len(rows), "first": page == 1, "last": page >= pages}
    return Reply(
        {
            "page": {"current_page": page, "current_size": len(shown), **counts},
            "payment_request_date": day,
            "cid": cid or "TC0ONETIME",
            "orders": [_kakao_order(row) for row in shown],
        }
    )


def _kakao_order(row: PaymentRow) -> dict[str, Any]:
    words = {"paid": "SUCCESS_PAYMENT", "failed": "FAIL_PAYMENT", "ready": "READY", "cancelled": "CANCEL_PAYMENT"}
    partly = row.cancel_amount and row.remaining
    return {
        "cid": row.pg_id,
        "tid": row.pg_tid,
        "status": "PART_CANCEL_PAYMENT" if partly else words[row.status],
        "partner_order_id": row.merchant_uid,
        "payment_method_type": "CARD",
        "item_name": row.name,
        "amount": {"total": row.amount, "tax_free": row.hidden.tax_free, "vat": row.amount // 11, "discount": 0},
        "cancel_available_amount": {"total": row.remaining},
        "canceled_amount": {"total": row.cancel_amount},
    }


# bank accounts


def account_holder(sandbox: Sandbox, call: Call) -> Reply:  # noqa: ARG001 - every handler has this shape
    """Whose account it is: in here, always the same person's."""
    bank_code, bank_num = (call.query.text(name, required=True) for name in ("bank_code", "bank_num"))
    if bank_code not in BANKS or not bank_num.replace("-", "").isdigit():
        raise call.query.refused("bank_code, bank_num")
    return Reply({"bank_holder": HOLDER})


TABLE = (
    Entry("POST", "/escrows/logis/{imp_uid}", register_delivery),
    Entry("PUT", "/escrows/logis/{imp_uid}", change_delivery),
    Entry("GET", "/escrows/logis/{imp_uid}", get_delivery),
    Entry("POST", "/payco/orders/status/{imp_uid}", payco_status),
    Entry("GET", "/payments/{imp_uid}/balance", balance),
    Entry("GET", "/kakao/payment/orders", kakao_orders),
    Entry("GET", "/vbanks/holder", account_holder),
)
