"""Naver Pay: product orders of its order type, points and confirmations of its payment type."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.errors import CallRefused, Refusal
from payments.entrypoints.sandbox.extras.naver import ACTIONS, ORDER_TYPE, PAYMENT_TYPE
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.messages import NO_PAYMENT
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.api.table import Handler


def payment_at(sandbox: Sandbox, call: Call, pg_provider: str) -> PaymentRow:
    """Return the payment that the path names. Raises CallRefused (400) unless it is of *pg_provider*."""
    row = sandbox.book.payment(call.path_params["imp_uid"])
    if row.pg_provider != pg_provider:
        raise CallRefused(Refusal(400, -1, sandbox.book.guesses.pg_lacks_text))
    return row


def _naver(name: str) -> "Handler":
    action = ACTIONS[name]

    def handler(sandbox: Sandbox, call: Call) -> Reply:
        row = payment_at(sandbox, call, ORDER_TYPE)
        for needed in action.needs:
            call.body.text(needed, required=True)

        def refund(order: dict[str, Any]) -> None:
            reason = call.body.text("reason") or name
            sandbox.book.cancel(
                CancelRequest(imp_uid=row.imp_uid, amount=Decimal(order["product_amount"]), reason=reason)
            )

        asked = call.body.texts("product_order_id")
        done = sandbox.naver.act(row, action, asked, refund)
        if not done:
            raise CallRefused(Refusal(500, -1, sandbox.book.guesses.naver_failed_text))
        return Reply(done, 207 if len(done) < len(asked or sandbox.naver.orders(row)) else 200)

    handler.__name__ = f"naver_{name.replace('-', '_')}"
    handler.__doc__ = f"{name} product orders: those it could be done to, 207 if not all, 500 if none."
    return handler


def naver_orders(sandbox: Sandbox, call: Call) -> Reply:
    """The product orders of a payment."""
    return Reply(list(sandbox.naver.orders(payment_at(sandbox, call, ORDER_TYPE)).values()))


def naver_order(sandbox: Sandbox, call: Call) -> Reply:
    """One product order."""
    order = sandbox.naver.order(call.path_params["product_order_id"])
    if order is None:
        raise CallRefused(NO_PAYMENT)
    return Reply(order)


def naver_reviews(sandbox: Sandbox, call: Call) -> Reply:
    """Reviews written between `from` and `to`."""
    since, until = call.query.whole("from"), call.query.whole("to")
    if since is None or until is None:
        raise call.query.refused("from, to")
    return Reply([review for review in sandbox.naver.reviews.values() if since <= review["created_at"] <= until])


def naver_done(sandbox: Sandbox, call: Call) -> Reply:
    """Points or a confirmation for a payment of the payment type: done, with nothing to show."""
    payment_at(sandbox, call, PAYMENT_TYPE)
    return Reply(None)


def naver_cash_amount(sandbox: Sandbox, call: Call) -> Reply:
    """What a cash receipt may be issued for."""
    row = payment_at(sandbox, call, PAYMENT_TYPE)
    vat = row.remaining // 11
    parts = {"amount_by_npoint": Decimal(0), "amount_by_primary": row.remaining}
    return Reply({"amount_total": row.remaining, "amount_supply": row.remaining - vat, "amount_vat": vat, **parts})


TABLE = (
    *(Entry("POST", f"/payments/{{imp_uid}}/naver/{name}", _naver(name)) for name in ACTIONS),
    Entry("GET", "/payments/{imp_uid}/naver/product-orders", naver_orders),
    Entry("POST", "/payments/{imp_uid}/naver/point", naver_done),
    Entry("POST", "/payments/{imp_uid}/naver/confirm", naver_done),
    Entry("GET", "/payments/{imp_uid}/naver/cash-amount", naver_cash_amount),
    Entry("GET", "/naver/product-orders/{product_order_id}", naver_order),
    Entry("GET", "/naver/reviews", naver_reviews),
)
