"""SealedCodes: encrypts the secrets of operators' one-time codes."""

from collections.abc import Sequence
from typing import Self

import attrs
from cryptography.fernet import InvalidToken, MultiFernet

from payments.adapters.sealing.keys import fernet


@attrs.frozen
class SealedCodes:
    """The operator's name is sealed together with the secret, so that a secret is of no use in another row."""

    _fernet: MultiFernet = attrs.field(repr=False)

    @classmethod
    def of(cls, keys: Sequence[str]) -> Self:
        """Return what seals with the first of *keys*, which are Fernet keys, and opens with all."""
        return cls(fernet(keys))

    def seal(self, secret: str, operator: str) -> str:
        """Return *secret*, readable only for this operator."""
        return self._fernet.encrypt(f"{secret}\n{operator}".encode()).decode()

    def open(self, sealed: str, operator: str) -> str | None:
        """Return the secret; None if no key fits or it belongs to another operator."""
        try:
            secret, _, of = self._fernet.decrypt(sealed).decode().partition("\n")
        except InvalidToken:
            return None
        return secret if of == operator else None
