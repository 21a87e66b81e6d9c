"""The headers of Standard Webhooks: the id, the time, and an HMAC over both and the body."""

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
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64  # as in the specification


def new_secret() -> str:
    """Return a new signing secret, to be configured here and at the endpoint."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the key in a `whsec_` secret. Raises BadInput; the error does not contain the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise BadInput(
            f"A webhook secret must be {PREFIX} and the base64 of {MIN_KEY_BYTES} to {MAX_KEY_BYTES} random bytes."
        )
    return key


@attrs.frozen
class Signer:
    """Signs with every key: while a secret is replaced, the shop may know only the old one or only the new one."""

    keys: tuple[bytes, ...] = attrs.field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Return a signer for these `whsec_` secrets. Raises BadInput."""
        return cls(tuple(key_of(text) for text in texts))

    def headers(self, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
        """Return the three headers of a message sent at *timestamp* (UNIX seconds)."""
        webhook_id = header_safe(message_id)
        signed = f"{webhook_id}.{timestamp}.".encode() + body
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(f"v1,{_mac(key, signed)}" for key in self.keys),
        }


def header_safe(message_id: str) -> str:
    """Return *message_id* with everything percent-encoded that a header or a signature must not contain.

    The merchant id of an orphan may have spaces, Korean, line ends or full stops. Different ids stay different.
    """
    return quote(message_id, safe="").replace(".", "%2E")


def _mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
