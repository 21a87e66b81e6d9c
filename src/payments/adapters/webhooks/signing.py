"""The headers of Standard Webhooks: id, time and an HMAC over both and the body, so that the shop knows who wrote."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final, Self
from urllib.parse import quote

import attrs

from payments.domain.errors import BadInput

PREFIX: Final = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64  # the specification's bounds of a key


def new_secret() -> str:
    """Return a fresh signing secret, to be configured here and at the endpoint."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the key in a `whsec_` secret. Raises BadInput, in words that do not repeat it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise BadInput(f"A webhook secret is {PREFIX} and the base64 of {LEAST_BYTES} to {MOST_BYTES} random bytes.")
    return key


@attrs.frozen
class Signer:
    """Signs with every key it has: while a secret is exchanged, the shop may know the old one or the new one."""

    keys: tuple[bytes, ...] = attrs.field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        return cls(tuple(key_of(text) for text in texts))

    def headers(self, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
        """Return the three headers of one send at *timestamp* (UNIX seconds)."""
        webhook_id = header_safe(message_id)
        signed = f"{webhook_id}.{timestamp}.".encode() + body
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(f"v1,{_mac(key, signed)}" for key in self.keys),
        }


def header_safe(message_id: str) -> str:
    """Return *message_id*, with all that an orphan's foreign merchant id may hold but a header or a signature may not
    (spaces, Korean, line ends, full stops) percent-encoded: two ids never become one."""
    return quote(message_id, safe="").replace(".", "%2E")


def _mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
