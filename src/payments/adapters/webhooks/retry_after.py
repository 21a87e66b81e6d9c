"""How long the endpoint asks us to wait: `Retry-After`, in its two forms (RFC 9110, 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from payments.domain.use_cases.outbox import LONGEST_RETRY_AFTER


def wait_of(value: str | None, now: datetime) -> timedelta | None:
    """Return the wait, at most LONGEST_RETRY_AFTER, or None if there is none, it is over, or the text is invalid."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER) or None
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(wait, LONGEST_RETRY_AFTER) if wait > timedelta() else None
