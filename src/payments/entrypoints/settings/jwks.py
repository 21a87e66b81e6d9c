"""Public keys as a JWKS (RFC 7517), of an identity provider or of the shop: each of them has a name, its `kid`."""

import json
from collections.abc import Mapping
from typing import Any, Final

import jwt

from payments.domain.errors import BadInput

MIN_RSA_BITS: Final = 2048
MAX_KEYS: Final = 20
_KINDS: Final[Mapping[str, Mapping[str, str]]] = {"RS256": {"kty": "RSA"}, "ES256": {"kty": "EC", "crv": "P-256"}}
_PRIVATE: Final = frozenset({"d", "p", "q", "k"})


def named_keys(text: str, algorithm: str) -> Mapping[str, jwt.PyJWK]:
    """Return the keys of a JWKS that verify *algorithm*, by `kid`. Those for another algorithm or use are left out.

    Raises BadInput, with an end of a sentence and without any key in it: no such keys, a private or weak one, or two
    of one name. A key without a `kid` has the name '', and is used for tokens that name none.
    """
    kind = _KINDS.get(algorithm)
    if kind is None:
        raise BadInput(f"needs an algorithm with public keys, {' or '.join(_KINDS)}")
    fitting = [key for key in _listed(text) if _is_for(key, algorithm, kind)]
    if not fitting:
        raise BadInput(f"has no key for {algorithm}")
    if any(_PRIVATE & key.keys() for key in fitting):
        raise BadInput("has a private key; it must hold public keys alone")
    found = {str(key.get("kid", "")): _read(key, algorithm) for key in fitting}
    if len(found) < len(fitting):
        raise BadInput("has two keys with the same kid")
    return found


def _listed(text: str) -> list[dict[str, Any]]:
    try:
        keys = json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput('must be a JWKS: JSON such as {"keys": […]}') from None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS or not all(isinstance(key, dict) for key in keys):
        raise BadInput(f"must be a JWKS of at most {MAX_KEYS} keys")
    return keys


def _is_for(key: Mapping[str, Any], algorithm: str, kind: Mapping[str, str]) -> bool:
    fits = all(key.get(name) == value for name, value in kind.items())
    return fits and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm


def _read(key: dict[str, Any], algorithm: str) -> jwt.PyJWK:
    try:
        read = jwt.PyJWK(key, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise BadInput("has a key that cannot be read") from None
    if key["kty"] == "RSA" and read.key.key_size < MIN_RSA_BITS:
        raise BadInput(f"has an RSA key of fewer than {MIN_RSA_BITS} bits")
    return read
