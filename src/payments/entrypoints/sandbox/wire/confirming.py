"""Asking the shop before a payment is approved: its `confirm_url` may object."""

from typing import Any

import requests

from payments.entrypoints.sandbox.payments.messages import CONFIRM_REASON_UNKNOWN, CONFIRM_REFUSED
from payments.entrypoints.sandbox.payments.row import PaymentRow


def objection_to(row: PaymentRow, timeout: float) -> str | None:
    """Return the refusal text if the shop objects to *row* or does not answer in *timeout* seconds, None otherwise."""
    if not row.hidden.confirm_url or row.status != "ready":
        return None
    body = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "amount": _number(row)}
    reason = CONFIRM_REASON_UNKNOWN
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(row.hidden.confirm_url, json=body, timeout=timeout, allow_redirects=False)
        if answer.status_code == 200:
            return None
        reason = str(answer.json()["reason"])
    except (requests.RequestException, ValueError, KeyError, TypeError):
        pass  # no answer, and an answer without a reason, both stop the payment for an unknown reason
    return CONFIRM_REFUSED.replace("{}", reason)


def _number(row: PaymentRow) -> Any:
    return int(row.amount) if row.amount == int(row.amount) else float(row.amount)
