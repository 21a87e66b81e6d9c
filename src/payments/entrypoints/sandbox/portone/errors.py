"""TypedRefusal: what PortOne V2 answers when it refuses a call; its `type` settles the HTTP status."""

from collections.abc import Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.errors import CallRefused, Refusal

_TYPES: Final = {
    400: "INVALID_REQUEST INVALID_PAYMENT_TOKEN MAX_TRANSACTION_COUNT_REACHED MAX_WEBHOOK_RETRY_COUNT_REACHED"
    " NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED"
    " PROMOTION_PAY_METHOD_DOES_NOT_MATCH DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "PAYMENT_NOT_FOUND CHANNEL_NOT_FOUND BILLING_KEY_NOT_FOUND BILLING_KEY_NOT_ISSUED PAYMENT_SCHEDULE_NOT_FOUND"
    " PAYMENT_CANCELLATION_NOT_FOUND WEBHOOK_NOT_FOUND CASH_RECEIPT_NOT_FOUND CASH_RECEIPT_NOT_ISSUED"
    " PROMOTION_NOT_FOUND",
    409: "ALREADY_PAID ALREADY_PAID_OR_WAITING PAYMENT_NOT_PAID PAYMENT_ALREADY_CANCELLED"
    " CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"
    " SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"
    " CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"
    " MAX_CANCEL_COUNT_REACHED PAYMENT_NOT_WAITING_FOR_DEPOSIT PAYMENT_CANCELLATION_NOT_PENDING INFORMATION_MISMATCH"
    " PAYMENT_SCHEDULE_ALREADY_EXISTS PAYMENT_SCHEDULE_ALREADY_PROCESSED PAYMENT_SCHEDULE_ALREADY_REVOKED"
    " BILLING_KEY_ALREADY_DELETED BILLING_KEY_ALREADY_ISSUED CASH_RECEIPT_ALREADY_ISSUED"
    " IDEMPOTENCY_OUTSTANDING_REQUEST",
    502: "PG_PROVIDER",
}
STATUS_OF: Final[Mapping[str, int]] = {name: http for http, names in _TYPES.items() for name in names.split()}


@attrs.frozen
class TypedRefusal(Refusal):
    """A refusal with the type that clients match on, and further fields of its body."""

    type: str = ""
    extra: Mapping[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> "TypedRefusal":
        """Return *refusal* with a type: that of its HTTP status where it has none."""
        if isinstance(refusal, cls):
            return refusal
        kinds = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "PAYMENT_NOT_FOUND", 502: "PG_PROVIDER"}
        return cls(refusal.http, -1, refusal.message, kinds.get(refusal.http, "INVALID_REQUEST"))


def refused(kind: str, message: str = "", **extra: Any) -> CallRefused:
    """Return the error that answers *kind*; its message is short English, which clients must not read."""
    text = message or kind.replace("_", " ").capitalize()
    return CallRefused(TypedRefusal(STATUS_OF[kind], -1, text, kind, extra))


def refused_by_pg(code: str, text: str) -> CallRefused:
    """Return the error that answers what the PG said."""
    return refused("PG_PROVIDER", "The PG refused.", pgCode=code, pgMessage=text)
