"""Cursors of lists: opaque, and signed, so that one tells nothing of a payment that its caller may not see."""

import base64
import hashlib
import hmac
from typing import Final

from payments.domain.values import MerchantId
from payments.entrypoints.http.shapes.errors import Malformed

_SIGNATURE: Final = 16  # bytes


def cursor_after(secret: str, scope: str, last: str) -> str:
    """Return the cursor that goes on after *last*; it is good for the same list (*scope*) only."""
    return base64.urlsafe_b64encode(_signature(secret, scope, last) + last.encode()).decode().rstrip("=")


def read_cursor(secret: str, scope: str, cursor: str | None) -> MerchantId | None:
    """Return where to go on. Raises Malformed for a text that is no cursor of this list."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = MerchantId(raw[_SIGNATURE:].decode())
    except ValueError:
        raise Malformed("The cursor is not one of this list. Begin again without it.") from None
    if not hmac.compare_digest(raw[:_SIGNATURE], _signature(secret, scope, last)):
        raise Malformed("The cursor is not one of this list. Begin again without it.")
    return last


def _signature(secret: str, scope: str, last: str) -> bytes:
    return hmac.digest(secret.encode(), f"cursor\n{scope}\n{last}".encode(), hashlib.sha256)[:_SIGNATURE]
