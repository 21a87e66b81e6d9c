"""PortOneFace: V2's webhooks: typed, signed, and repeated five times."""

import json
import math
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.rows import Notice
from payments.entrypoints.sandbox.portone.views.moments import moment
from payments.entrypoints.sandbox.portone.views.payment import status_of
from payments.entrypoints.sandbox.portone.webhooks.signing import signed_headers
from payments.entrypoints.sandbox.portone_settings import PortOneSettings
from payments.entrypoints.sandbox.wire.delivery import Delivery

SENDS: Final = 6
MINUTE: Final = 60
EVENTS: Final = {
    "READY": "Ready",
    "PAY_PENDING": "PayPending",
    "VIRTUAL_ACCOUNT_ISSUED": "VirtualAccountIssued",
    "PAID": "Paid",
    "FAILED": "Failed",
    "PARTIAL_CANCELLED": "PartialCancelled",
    "CANCELLED": "Cancelled",
}
FORGED_SECRET: Final = "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk"  # noqa: S105 - belongs to nobody


@attrs.define
class PortOneFace:
    """How V2 words, signs and repeats its webhooks."""

    settings: PortOneSettings
    clock: Clock
    ids: Ids

    def message(self, notice: Notice) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the body in the version of the console, and its id."""
        row = notice.row
        event = notice.event or EVENTS[status_of(row)]
        data = {"storeId": self.settings.store_id, "paymentId": row.merchant_uid, "transactionId": row.imp_uid}
        if notice.cancellation_id:
            data["cancellationId"] = notice.cancellation_id
        about = {"message": self.new_id(), "trigger": notice.trigger}
        if self.settings.webhook_version == "2024-01-01":
            return {"payment_id": row.merchant_uid, "tx_id": row.imp_uid, "status": event}, about
        return self.body(f"Transaction.{event}", data), about

    def body(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body of one event that happens now."""
        return {"type": kind, "timestamp": moment(self.clock.exact()), "data": data}

    def new_id(self) -> str:
        """Return a webhook-id."""
        return f"msg_{self.ids.token()[:24]}"

    def urls(self, notice: Notice, known: list[str]) -> list[str]:  # noqa: ARG002 - V1 needs it
        """Return the payment's own URLs, or the console's."""
        console = [self.settings.webhook_url] if self.settings.webhook_url else []
        return list(notice.row.hidden.notice_urls) or console

    def content(self, delivery: Delivery) -> dict[str, Any]:
        """Return the raw body and the headers that sign it, of the moment it goes out."""
        body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "portone-sandbox"}
        return {"data": body, "headers": headers | self._signed(delivery, body)}

    def _signed(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        secrets = [FORGED_SECRET] if delivery.fault == "forged" else list(self.settings.webhook_secrets)
        if not secrets and self.settings.guesses.unsigned_headers == "none":
            return {}
        stable = self.settings.guesses.webhook_id == "stable" or delivery.attempt == 1
        message_id = delivery.message if stable else f"{delivery.message}_{delivery.attempt}"
        headers = signed_headers(secrets, message_id, math.floor(self.clock.exact()), body)
        return headers if secrets else {name: text for name, text in headers.items() if text}

    def timeouts(self) -> tuple[float, float]:
        """Return the documented ones."""
        return 30, 30

    def accepts(self, http: int) -> bool:
        """Whether an answer is a normal one (see the guesses)."""
        return http == 200 if self.settings.guesses.webhook_success == "200" else 200 <= http < 300

    def repeats_after(self, delivery: Delivery, http: int) -> float | None:
        """Return a random part of 1, 4, 16, 64 and 256 minutes; the whole without jitter."""
        if self.accepts(http) or delivery.attempt >= SENDS or delivery.trigger == "MANUAL":
            return None
        longest = MINUTE * float(4 ** (delivery.attempt - 1))
        return longest * self.ids.fraction() if self.settings.webhook_jitter else longest
