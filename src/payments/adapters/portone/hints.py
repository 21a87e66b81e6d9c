"""PortOneHints: what a webhook or a returning phone names.

Webhooks are signed after Standard Webhooks, over the bytes as they were received. A signature shows who wrote a
webhook, not that what it says is still true: it is only a hint all the same.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import attrs

from payments.adapters.http_wire.jsontext import decoded
from payments.adapters.portone.wire import PROVIDER
from payments.domain.access import Hint
from payments.domain.errors import BadInput, Unknown, WebhookForged
from payments.domain.values import GatewayId, MerchantId, merchant_id

TOLERANCE: Final = timedelta(minutes=5)
"""How old, or how far ahead of our clock, a signature may be."""
MAX_SIGNATURES: Final = 10
_GATEWAY_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_FORGED: Final = "The webhook does not carry a valid signature of the provider. Nothing was done."


@attrs.frozen
class PortOneHints:
    """Reads what PortOne says. Without `keys`, a webhook is read unverified: it names a payment, and no more."""

    keys: tuple[bytes, ...] = attrs.field(default=(), repr=False)

    @classmethod
    def of(cls, secrets: Sequence[str]) -> Self:
        """Return a reader that accepts any of these secrets; two are in use while one is replaced. Raises BadInput."""
        return cls(tuple(map(_key_of, secrets)))

    def webhook(self, body: bytes, headers: Mapping[str, str], _: str, now: datetime) -> Hint:
        """Return what a webhook of either version names; nothing for types that we do not know."""
        if self.keys:
            self._verify(body, headers, now)
        try:
            told = decoded(body)
        except Unknown:
            return Hint(provider=PROVIDER)
        said = told if isinstance(told, dict) else {}
        data = said.get("data")
        return _hint(data if isinstance(data, dict) else said)

    def returning(self, query: Sequence[tuple[str, str]]) -> Hint:
        """Return what the address of a returning phone names."""
        return _hint(dict(query))

    def _verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Raise WebhookForged unless one of the signatures is by one of our keys, and of about now."""
        given = {name.lower(): value for name, value in headers.items() if name.lower().startswith("webhook-")}
        name, sent_at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
        if not (name and sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12):
            raise WebhookForged(_FORGED)
        if abs(now - datetime.fromtimestamp(int(sent_at), UTC)) > TOLERANCE:
            raise WebhookForged("The webhook is too old, or the clock here is wrong. Nothing was done.")
        signed = f"{name}.{sent_at}.".encode() + body
        wanted = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in self.keys]
        written = given.get("webhook-signature", "").split(" ")[:MAX_SIGNATURES]
        found = [one.removeprefix("v1,").encode() for one in written if one.startswith("v1,")]
        if not any(hmac.compare_digest(one, key) for one in found for key in wanted):
            raise WebhookForged(_FORGED)


def _key_of(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise BadInput("A webhook secret of the provider must be whsec_ and base64, as the console shows it.")
    return key


def _hint(fields: Mapping[str, object]) -> Hint:
    """Return the ids among *fields*, in the spelling of any version."""
    ours = fields.get("paymentId") or fields.get("payment_id")
    theirs = fields.get("transactionId") or fields.get("txId") or fields.get("tx_id")
    known = _GATEWAY_ID.fullmatch(theirs) if isinstance(theirs, str) else None
    return Hint(_ours(ours), GatewayId(known[0]) if known else None, PROVIDER)


def _ours(value: object) -> MerchantId | None:
    try:
        return merchant_id(value) if isinstance(value, str) else None
    except BadInput:
        return None
