"""Encryption of what is personal before it is stored, with Fernet of `cryptography`: AES in CBC mode, and an HMAC.

The keys come from the settings and are never in the database. The first one encrypts; all of them are tried to read,
so a key is replaced by setting the new one in front of it.

├── keys        what a key is, and how one is made from another secret
├── vault       FernetVault: bank accounts of refunds
├── answers     SealedAnswers: the answers that are stored for idempotency keys
└── codes       SealedCodes: the secrets of operators' one-time codes
"""

from payments.adapters.sealing.answers import SealedAnswers
from payments.adapters.sealing.codes import SealedCodes
from payments.adapters.sealing.keys import derived_key
from payments.adapters.sealing.vault import FernetVault

__all__ = ("FernetVault", "SealedAnswers", "SealedCodes", "derived_key")
