"""Cursors of lists: opaque and signed, so that a cursor reveals nothing about payments of others."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from payments.domain.values import MerchantId
from payments.entrypoints.http.shapes.errors import Malformed

_SIGNATURE: Final = 16  # bytes
T = TypeVar("T")


def page_of(
    found: Sequence[T], limit: int, secrets: tuple[str, ...], scope: str, name_of: Callable[[T], str]
) -> tuple[Sequence[T], str | None]:
    """Return the first *limit* of what was found, and the cursor that continues after them if more was found."""
    shown = found[:limit]
    return shown, cursor_after(secrets, scope, name_of(shown[-1])) if len(found) > limit else None


def cursor_after(secrets: tuple[str, ...], scope: str, last: str) -> str:
    """Return the cursor that continues after *last*, signed with the first secret, for this list (*scope*) alone.

    *secrets* is a tuple because one text would pass for a sequence of texts, its characters.
    """
    return base64.urlsafe_b64encode(_signature(secrets[0], scope, last) + last.encode()).decode().rstrip("=")


def read_cursor(secrets: tuple[str, ...], scope: str, cursor: str | None) -> MerchantId | None:
    """Return the id to continue after. Raises Malformed for any text that is not a cursor of this list.

    The secret before the current one is accepted too, so that a page that is open while it is replaced goes on.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last = MerchantId(raw[_SIGNATURE:].decode())
    except ValueError:
        raise Malformed("The cursor does not belong to this list. Start again without a cursor.") from None
    if not any(hmac.compare_digest(raw[:_SIGNATURE], _signature(secret, scope, last)) for secret in secrets):
        raise Malformed("The cursor does not belong to this list. Start again without a cursor.")
    return last


def _signature(secret: str, scope: str, last: str) -> bytes:
    return hmac.digest(secret.encode(), f"cursor\n{scope}\n{last}".encode(), hashlib.sha256)[:_SIGNATURE]
