"""Signed tokens: a buyer's JWT, a signed order, and the token with which a browser may finish one payment.

Verifier       verifies JWTs of other issuers; we choose the algorithm, never the token
ClientTokens   issues and verifies tokens for one payment
new_key        an API key for the shop's server: shown once, stored as a hash
"""

import contextlib
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import attrs
import jwt

from payments.domain.access import DEFAULT_SCOPES, ApiKey, Scope
from payments.domain.errors import PaymentsError
from payments.domain.payment import Payment
from payments.domain.values import LONGEST_NAME, MerchantId, is_storable

Algorithm = Literal["HS256", "RS256", "ES256"]
LEEWAY: Final = timedelta(seconds=10)
MAX_TOKEN_LENGTH: Final = 8192
CLIENT_TOKEN: Final = "ct_"  # noqa: S105 - the head that tells a client token from a JWT
API_KEY: Final = "pk_"
MAX_NAME: Final = LONGEST_NAME
"""Characters in the name of a buyer or an API key: `role:name` must fit in an event's `by`."""


class BadToken(PaymentsError):
    """A token is not signed correctly, is for somebody else, or has expired."""

    slug = "bad-token"


@attrs.frozen(kw_only=True)
class Verifier:
    """`key` is the shared secret for HS256 (at least 32 bytes), or the public key for RS256 or ES256 in PEM.

    It may be empty where there are `named_keys`.
    """

    algorithm: Algorithm
    key: str = attrs.field(repr=False)
    issuer: str
    audience: str
    previous_key: str = attrs.field(default="", repr=False)
    """The key before this one, which is still accepted while the other side replaces it."""
    named_keys: Mapping[str, jwt.PyJWK] = attrs.field(factory=dict, repr=False)
    """Public keys, of which a token names one by its `kid`."""

    def claims(self, token: str, *required: str) -> dict[str, Any]:
        """Return the token's claims, with a subject and all *required* ones. Raises BadToken."""
        return _claims(token, self, ["exp", "iss", "aud", "sub", *required])


def _claims(token: str, verifier: Verifier, required: list[str]) -> dict[str, Any]:
    if len(token) > MAX_TOKEN_LENGTH:
        raise BadToken("The token is too long.")
    try:
        claims = _decoded(token, verifier, required)
    except jwt.ExpiredSignatureError:
        raise BadToken("The token has expired.") from None
    except (jwt.PyJWTError, ValueError, OverflowError):
        raise BadToken("The token is not valid for this service.") from None
    if not 1 <= len(str(claims["sub"])) <= MAX_NAME or not is_storable(claims["sub"]):
        raise BadToken(f"The token's subject must have 1 to {MAX_NAME} characters.")
    return claims


def _decoded(token: str, verifier: Verifier, required: list[str]) -> dict[str, Any]:
    *older, last = _keys_for(token, verifier)
    for key in older:
        with contextlib.suppress(jwt.InvalidSignatureError):
            return _decoded_with(key, token, verifier, required)
    return _decoded_with(last, token, verifier, required)


def _keys_for(token: str, verifier: Verifier) -> list[str | jwt.PyJWK]:
    """Return the key that the token names, or else the key and the one before it. Raises BadToken."""
    if verifier.named_keys:
        name = jwt.get_unverified_header(token).get("kid", "")
        if named := verifier.named_keys.get(name):
            return [named]
    if keys := [key for key in (verifier.key, verifier.previous_key) if key]:
        return list(keys)
    raise BadToken("The token names none of the keys of this service.")


def _decoded_with(key: str | jwt.PyJWK, token: str, verifier: Verifier, required: list[str]) -> dict[str, Any]:
    return jwt.decode(
        token,
        key,
        algorithms=[verifier.algorithm],
        issuer=verifier.issuer,
        audience=verifier.audience,
        leeway=LEEWAY,
        options={"require": required},
    )


@attrs.frozen(kw_only=True)
class ClientTokens:
    """`secret` is known to all processes of this service and to nobody else."""

    secret: str = attrs.field(repr=False)
    previous_secret: str = attrs.field(default="", repr=False)
    life: timedelta = timedelta(hours=24)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret, and the one before it while it is replaced."""
        return tuple(each for each in (self.secret, self.previous_secret) if each)

    @property
    def _verifier(self) -> Verifier:
        return Verifier(
            algorithm="HS256",
            key=self.secret,
            previous_key=self.previous_secret,
            issuer="payments",
            audience="payments:client",
        )

    def issue(self, payment: Payment, now: datetime) -> str:
        """Return a token with which a browser may read, complete and abandon this payment."""
        claims = {
            "iss": "payments",
            "aud": "payments:client",
            "sub": payment.buyer,
            "payment": payment.merchant_id,
            "exp": now + self.life,
        }
        return CLIENT_TOKEN + jwt.encode(claims, self.secret, algorithm="HS256")

    def read(self, token: str) -> tuple[str, MerchantId]:
        """Return the buyer and the payment of a token. Raises BadToken."""
        claims = self._verifier.claims(token.removeprefix(CLIENT_TOKEN), "payment")
        return claims["sub"], MerchantId(str(claims["payment"]))


def new_key(
    name: str, at: datetime, scopes: frozenset[Scope] = DEFAULT_SCOPES, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Return a new API key and its secret, which is shown once and never stored."""
    prefix = API_KEY + secrets.token_hex(4)
    key = ApiKey(name=name, prefix=prefix, created_at=at, scopes=scopes, expires_at=expires_at)
    return key, f"{prefix}_{secrets.token_urlsafe(32)}"


def key_digest(secret: str) -> str:
    """Return the hash that is stored for an API key: it has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
