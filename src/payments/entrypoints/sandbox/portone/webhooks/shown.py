"""The webhooks of a payment as `payment.webhooks[]` shows them: one entry for each message to each URL."""

import json
from collections.abc import Iterable
from typing import Any, Final

from payments.entrypoints.sandbox.portone.views.moments import moment, without_nulls
from payments.entrypoints.sandbox.portone.webhooks.face import EVENTS, SENDS, PortOneFace
from payments.entrypoints.sandbox.wire.delivery import Delivery

STATUSES: Final = {event: status for status, event in EVENTS.items()}


def webhooks_of(deliveries: Iterable[Delivery], face: PortOneFace) -> list[dict[str, Any]]:
    """Return what became of each message; of one that is repeated, the last sending that has ended."""
    latest: dict[tuple[str, str], Delivery] = {}
    for each in deliveries:
        is_first = (each.message, each.url) not in latest
        if each.message and each.fault != "forged" and (is_first or each.http is not None):
            latest[each.message, each.url] = each
    return [webhook_of(each, face) for each in latest.values()]


def webhook_of(delivery: Delivery, face: PortOneFace) -> dict[str, Any]:
    """Return one entry."""
    event = str(delivery.body.get("type", delivery.body.get("status", ""))).removeprefix("Transaction.")
    request = {
        "body": json.dumps(delivery.body, ensure_ascii=False),
        "requestedAt": moment(delivery.queued_at),
    }
    return without_nulls(
        {
            "id": delivery.message,
            "url": delivery.url,
            "paymentStatus": STATUSES.get(event),
            "status": _status(delivery, face),
            "isAsync": bool(delivery.trigger) and delivery.trigger != "MANUAL",
            "currentExecutionCount": delivery.attempt,
            "maxExecutionCount": 1 if delivery.trigger == "MANUAL" else SENDS,
            "trigger": delivery.trigger or None,
            "request": request,
            "response": _response(delivery),
            "triggeredAt": moment(delivery.queued_at),
        }
    )


def _status(delivery: Delivery, face: PortOneFace) -> str | None:
    if delivery.http is None:
        return None
    if delivery.http == 0:
        return "FAILED_UNEXPECTED_ERROR"
    return "SUCCEEDED" if face.accepts(delivery.http) else "FAILED_NOT_OK_RESPONSE"


def _response(delivery: Delivery) -> dict[str, Any] | None:
    if not delivery.http:
        return None
    return {
        "code": str(delivery.http),
        "header": "",
        "body": "",
        "respondedAt": moment(delivery.finished_at or delivery.queued_at),
    }
