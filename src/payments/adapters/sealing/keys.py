"""Keys of Fernet: 32 random bytes in URL-safe base64."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from payments.domain.errors import BadInput


def fernet(keys: Sequence[str]) -> MultiFernet:
    """Return what encrypts with the first of *keys* and reads with all. Raises BadInput, without any key in it."""
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise BadInput("An encryption key must be 32 random bytes in URL-safe base64. Nothing was started.") from None


def derived_key(secret: str, purpose: str) -> str:
    """Return the key for one purpose that follows from a random *secret*; it reveals nothing about the secret."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return base64.urlsafe_b64encode(derived).decode()
