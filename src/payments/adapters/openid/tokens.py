"""The ID token: signed by one of the issuer's public keys, made for us, and in answer to our own question."""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import jwt

from payments.domain.people.operators import SignOnRefused

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Public keys alone: with a shared secret, whoever knows ours could sign."""
KINDS: Final = frozenset({"RSA", "EC", "OKP"})
LEEWAY: Final = timedelta(seconds=30)
MAX_TOKEN: Final = 16 * 1024
REQUIRED: Final = ("iss", "aud", "exp", "iat", "sub", "nonce")


def claims_of(token: Any, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token. Raises SignOnRefused."""
    if not isinstance(token, str) or len(token) > MAX_TOKEN:
        raise SignOnRefused("The identity provider gave no ID token.")
    try:
        key = _key_for(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": list(REQUIRED)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError):
        raise SignOnRefused("The ID token is not signed by the identity provider, or is not for us.") from None
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise SignOnRefused("The ID token answers another question.")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id if len(audiences) == 1 else "") != client_id:
        raise SignOnRefused("The ID token was made for another program.")
    return claims


def _key_for(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the key that the token names. Raises what PyJWT raises, or KeyError where there is none."""
    header = jwt.get_unverified_header(token)
    given = keys.get("keys")
    fitting = (
        [key for key in given if isinstance(key, dict) and key.get("kty") in KINDS] if isinstance(given, list) else []
    )
    named = [key for key in fitting if key.get("kid") == header.get("kid")] or (fitting if len(fitting) == 1 else [])
    if len(named) != 1:
        raise KeyError("kid")
    return jwt.PyJWK(named[0], algorithm=header["alg"])
