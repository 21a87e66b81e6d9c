"""Cursors of lists: opaque and signed, so that a cursor reveals nothing about payments of others."""

import base64
import hashlib
import hmac
from typing import Final

from payments.domain.values import MerchantId
from payments.entrypoints.http.shapes.errors import Malformed

_SIGNATURE: Final = 16  # bytes


def cursor_after(secret: str, scope: str, last: str) -> str:
    """Return the cursor that continues after *last*. It is valid only for the same list (*scope*)."""
    return base64.urlsafe_b64encode(_signature(secret, scope, last) + last.encode()).decode().rstrip("=")


def read_cursor(secret: str, scope: str, cursor: str | None) -> MerchantId | None:
    """Return the id to continue after. Raises Malformed for any text that is not a cursor of this list."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = MerchantId(raw[_SIGNATURE:].decode())
    except ValueError:
        raise Malformed("The cursor does not belong to this list. Start again without a cursor.") from None
    if not hmac.compare_digest(raw[:_SIGNATURE], _signature(secret, scope, last)):
        raise Malformed("The cursor does not belong to this list. Start again without a cursor.")
    return last


def _signature(secret: str, scope: str, last: str) -> bytes:
    return hmac.digest(secret.encode(), f"cursor\n{scope}\n{last}".encode(), hashlib.sha256)[:_SIGNATURE]
