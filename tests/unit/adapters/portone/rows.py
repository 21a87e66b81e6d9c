"""Payments as PortOne V2 shows them, each as plain as the schema allows."""

import json
from typing import Any, Final

from payments.adapters.http_wire.jsontext import decoded

TX: Final = "55451513-9763-4a7a-bb43-78a4c65be843"
AT: Final = "2026-11-02T03:00:00.000Z"


def amount(total: int = 1000, paid: int | None = None, cancelled: int = 0, **others: int) -> dict[str, int]:
    """Return the amounts of a payment without a discount, unless *paid* says otherwise."""
    given = {"total": total, "taxFree": 0, "discount": 0, "paid": total if paid is None else paid}
    return {**given, "cancelled": cancelled, "cancelledTaxFree": 0} | others


def a_row(status: str = "PAID", **changes: Any) -> dict[str, Any]:
    """Return a payment. A change to None leaves the field out."""
    row: dict[str, Any] = {
        "status": status,
        "id": "m_1",
        "transactionId": TX,
        "merchantId": "merchant-1",
        "storeId": "store-1",
        "channel": {"type": "TEST", "pgProvider": "TOSSPAYMENTS", "pgMerchantId": "x"},
        "version": "V2",
        "requestedAt": AT,
        "updatedAt": AT,
        "statusChangedAt": AT,
        "orderName": "신발",
        "amount": amount(),
        "currency": "KRW",
        "customer": {},
        "origin": {"platformType": "PC", "ipAddress": "192.0.2.1"},
    }
    row |= {"paidAt": AT, "disputes": []} if status == "PAID" else {}
    return {name: value for name, value in (row | changes).items() if value is not None}


def a_transaction(status: str = "PAID", **changes: Any) -> dict[str, Any]:
    """Return one attempt of the same payment."""
    row = a_row(status, **changes)
    return {name: value for name, value in row.items() if name not in ("transactionId", "origin", "disputes")} | {
        "id": row["transactionId"],
        "paymentId": row["id"],
    }


def a_cancellation(status: str = "SUCCEEDED", total: int = 300, **changes: Any) -> dict[str, Any]:
    """Return one entry of the history of cancels."""
    row = {"status": status, "id": "cancel-1", "totalAmount": total, "taxFreeAmount": 0, "vatAmount": 0}
    return row | {"reason": "[r_1] 변심", "requestedAt": AT} | changes


def received(value: object) -> object:
    """Return a value as it is after it came over the wire."""
    return decoded(json.dumps(value).encode())
