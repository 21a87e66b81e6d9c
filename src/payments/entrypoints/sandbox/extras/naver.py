"""Naver: the product orders of payments at Naver Pay's order type, one order each, and what shops do with them."""

from collections.abc import Callable
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.row import PaymentRow

ORDER_TYPE: Final = "naverco"
PAYMENT_TYPE: Final = "naverpay"
OVER: Final = ("CANCELED", "RETURNED")
SHIPPING_DAYS: Final = 3
DAY: Final = 24 * 3600


@attrs.frozen
class Action:
    """What a call does to an order: new values, the claim and parameters it needs, whether money goes back."""

    changes: dict[str, str] = attrs.field(factory=dict)
    needs_claim: str = ""
    needs: tuple[str, ...] = ()
    refunds: bool = False


RETURN: Final = {"claim_type": "RETURN"}
CANCELLED: Final = {"product_order_status": "CANCELED", "claim_type": "CANCEL", "claim_status": "CANCEL_DONE"}
ACTIONS: Final = {  # words of [OAS1]
    "place": Action(),
    "ship": Action({"product_order_status": "DELIVERING"}, needs=("delivery_method", "dispatched_at")),
    "ship-exchanged": Action(
        {"claim_type": "EXCHANGE", "claim_status": "EXCHANGE_REDELIVERING"}, needs=("delivery_method",)
    ),
    "collect-exchanged": Action({"claim_type": "EXCHANGE", "claim_status": "COLLECT_DONE"}),
    "request-return": Action(RETURN | {"claim_status": "RETURN_REQUEST"}, needs=("delivery_method",)),
    "withhold-return": Action({"claim_status": "COLLECTING"}, "RETURN", ("memo",)),
    "resolve-return": Action({"claim_status": "COLLECT_DONE"}, "RETURN"),
    "reject-return": Action({"claim_status": "RETURN_REJECT"}, "RETURN", ("memo",)),
    "approve-return": Action(
        {"product_order_status": "RETURNED", "claim_status": "RETURN_DONE"}, "RETURN", refunds=True
    ),
    "cancel": Action(CANCELLED, refunds=True),
    "approve-cancel": Action(CANCELLED, refunds=True),
}


@attrs.define
class Naver:
    """The orders and reviews of the store; an order is a dict as the API shows it."""

    ids: Ids
    rows: dict[str, dict[str, dict[str, Any]]] = attrs.field(factory=dict, repr=False)
    """The orders of each payment, by imp_uid and by their own ids."""
    reviews: dict[int, dict[str, Any]] = attrs.field(factory=dict, repr=False)

    def orders(self, row: PaymentRow) -> dict[str, dict[str, Any]]:
        """Return the orders of a payment by their ids; made when first asked for."""
        if row.imp_uid not in self.rows:
            order = self._new(row)
            self.rows[row.imp_uid] = {order["product_order_id"]: order}
        return self.rows[row.imp_uid]

    def order(self, product_order_id: str) -> dict[str, Any] | None:
        """Return one order, None if there is none."""
        found = (orders[product_order_id] for orders in self.rows.values() if product_order_id in orders)
        return next(found, None)

    def add_review(self, review: dict[str, Any]) -> None:
        """Store a review."""
        self.reviews[len(self.reviews)] = review

    def _new(self, row: PaymentRow) -> dict[str, Any]:
        orderer = {"name": row.buyer_name, "id": "sand****", "tel": row.buyer_tel}
        address = {"base": row.buyer_addr, "detail": None, "postcode": row.buyer_postcode, "name": row.buyer_name}
        return {
            "product_order_id": self.ids.digits(16),
            "product_order_status": "PAYED" if row.status == "paid" else "PAYMENT_WAITING",
            "claim_type": None,
            "claim_status": None,
            "product_id": row.merchant_uid,
            "product_name": row.name,
            "product_option_id": "",
            "product_option_name": "",
            "product_amount": row.amount,
            "delivery_amount": 0,
            "quantity": 1,
            "orderer": orderer,
            "shipping_address": address | {"tel1": row.buyer_tel, "tel2": None},
            "shipping_memo": None,
            "shipping_due": row.paid_at + SHIPPING_DAYS * DAY if row.paid_at else 0,
            "individual_code": None,
        }

    def act(
        self, row: PaymentRow, action: Action, product_order_ids: list[str], refund: Callable[[dict[str, Any]], object]
    ) -> list[dict[str, Any]]:
        """Do *action* to orders of a payment, all of them if none is named; return those it could be done to."""
        orders = self.orders(row)
        chosen = [orders[uid] for uid in product_order_ids or orders if uid in orders]
        done = [
            order
            for order in chosen
            if order["product_order_status"] not in OVER and action.needs_claim in ("", order["claim_type"])
        ]
        for order in done:
            if action.refunds:
                refund(order)
            order.update(action.changes)
        self.rows[row.imp_uid] = orders
        return done
