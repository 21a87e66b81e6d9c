"""Face: what differs between the webhooks of V1 and V2; and V1's own."""

from typing import Any, Final, Protocol

import attrs

from payments.entrypoints.sandbox.payments.rows import Notice
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.sandbox.wire.delivery import Delivery

RETRY_AFTER_SECONDS: Final = 60
SERVER_ERRORS: Final = 500


class Face(Protocol):
    """How one generation words its webhooks, where it sends them, and when it repeats one."""

    def message(self, notice: Notice) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the body about *notice*, and what `Delivery` knows about it beside that."""

    def urls(self, notice: Notice, known: list[str]) -> list[str]:
        """Return where it goes; *known* is where the payment's first one went."""

    def content(self, delivery: Delivery) -> dict[str, Any]:
        """Return the body and headers as `requests` takes them."""

    def timeouts(self) -> tuple[float, float]:
        """Return how long a shop may take to be connected, and to answer, in seconds."""

    def repeats_after(self, delivery: Delivery, http: int) -> float | None:
        """Return after how many seconds *delivery* is repeated that ended with *http* (0: no answer), or None."""


@attrs.frozen
class IamportFace:
    """The webhooks of V1: unsigned, and repeated only on request."""

    settings: SandboxSettings

    def message(self, notice: Notice) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the two ids and the status."""
        row = notice.row
        body = {"imp_uid": row.imp_uid, "merchant_uid": row.merchant_uid, "status": row.status}
        if notice.cancellation_id:
            body["cancellation_id"] = notice.cancellation_id
        return body, {"format": self.settings.webhook_format}

    def urls(self, notice: Notice, known: list[str]) -> list[str]:
        """Return the payment's own URLs, or the console's."""
        console = [self.settings.webhook_url] if self.settings.webhook_url else []
        if notice.requested_by_api:
            return console if known else []
        return known or list(notice.row.hidden.notice_urls) or console

    def content(self, delivery: Delivery) -> dict[str, Any]:
        """Return JSON or a form, as the console says."""
        return {
            "json" if delivery.format == "json" else "data": delivery.body,
            "headers": {"User-Agent": "iamport-sandbox"},
        }

    def timeouts(self) -> tuple[float, float]:
        """Return the documented ones."""
        return 10, 30

    def repeats_after(self, delivery: Delivery, http: int) -> float | None:
        """Return a minute, as often as the settings say, for a network error or 5xx."""
        failed = http == 0 or http >= SERVER_ERRORS
        return RETRY_AFTER_SECONDS if failed and delivery.attempt <= self.settings.webhook_retries else None
