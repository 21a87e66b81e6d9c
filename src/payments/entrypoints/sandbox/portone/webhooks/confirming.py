"""Asking the shop before a payment is approved: V2's confirm process."""

import json
import math
from typing import Any, Final

import requests

from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.minor import total_of
from payments.entrypoints.sandbox.portone.webhooks.face import PortOneFace
from payments.entrypoints.sandbox.portone.webhooks.signing import signed_headers
from payments.entrypoints.sandbox.portone_settings import PortOneSettings

TIMEOUT_SECONDS: Final = 10.0
REFUSED: Final = "The shop refused the payment: {}"


def objection_to(row: PaymentRow, settings: PortOneSettings, face: PortOneFace) -> str | None:
    """Return the refusal if the shop objects to *row* or does not answer 200 in time, None otherwise."""
    if not row.hidden.confirm_url or row.status != "ready":
        return None
    body = json.dumps(_body(row, settings, face), ensure_ascii=False).encode()
    signed = signed_headers(settings.webhook_secrets, face.new_id(), math.floor(face.clock.exact()), body)
    reason = "unknown"
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                row.hidden.confirm_url,
                data=body,
                headers={"Content-Type": "application/json", **signed},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        if answer.status_code == 200:
            return None
        reason = str(answer.json()["errorMessage"])
    except (requests.RequestException, ValueError, KeyError, TypeError):
        pass  # no answer, and an answer without a reason, both stop the payment for an unknown reason
    return REFUSED.format(reason)


def _body(row: PaymentRow, settings: PortOneSettings, face: PortOneFace) -> dict[str, Any]:
    total = total_of(row)
    if settings.webhook_version == "2024-01-01":
        return {"payment_id": row.merchant_uid, "tx_id": row.imp_uid, "total_amount": total}
    data = {"storeId": settings.store_id, "paymentId": row.merchant_uid, "transactionId": row.imp_uid}
    return face.body("Transaction.Confirm", data | {"totalAmount": total})
