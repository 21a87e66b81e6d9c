"""What a password must be, and who hashes it and seals a secret."""

import secrets
from typing import Final, Protocol

from payments.domain.errors import BadInput

MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 200
_COMMON: Final = ("password", "123456", "qwerty", "payments", "비밀번호")


class Passwords(Protocol):
    """Hashes passwords: slow on purpose."""

    def hashed(self, password: str) -> str:
        """Return the hash that is stored for a password."""

    def fits(self, stored: str, password: str) -> bool:
        """Return whether *password* is the one of this hash."""


class Seals(Protocol):
    """Encrypts secrets of operators under a key that is not in the database."""

    def seal(self, secret: str, operator: str) -> str:
        """Return *secret*, readable only for this operator."""

    def open(self, sealed: str, operator: str) -> str | None:
        """Return the secret; None if it cannot be read."""


def new_password() -> str:
    """Return a random password that a person can type: 20 characters, some 97 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def checked(password: str, name: str) -> str:
    """Return *password* if it may be used. Raises BadInput: too short, too long, or too easy to guess."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadInput(f"A password must have {MIN_PASSWORD} to {MAX_PASSWORD} characters. Nothing was changed.")
    folded = password.casefold()
    easy = len(set(password)) < 5 or name.casefold() in folded or folded.startswith(_COMMON)
    if easy:
        raise BadInput("This password is too easy to guess. Nothing was changed. Use several unrelated words.")
    return password
