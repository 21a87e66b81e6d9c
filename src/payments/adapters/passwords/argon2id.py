"""Argon2id, with the parameters that RFC 9106 recommends where memory is limited: 64 MiB, 3 passes, 4 lanes."""

import argon2
import attrs
from argon2.exceptions import InvalidHashError, VerificationError


@attrs.frozen
class Argon2Passwords:
    """Each call takes some 50 ms of a processor and 64 MiB, so few of them may run at a time."""

    _hasher: argon2.PasswordHasher = attrs.field(factory=argon2.PasswordHasher)

    def hashed(self, password: str) -> str:
        """Return the hash that is stored for a password."""
        return self._hasher.hash(password)

    def fits(self, stored: str, password: str) -> bool:
        """Return whether *password* is the one of this hash."""
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
