"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits that change every 30 seconds."""

from datetime import datetime
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
ISSUER: Final = "payments"


def new_secret() -> str:
    """Return a new secret, in base32 as authenticator apps take it."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """Return the `otpauth://` address that an authenticator app takes."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that *code* belongs to, the current one or a neighbour; None if it is wrong."""
    current = int(now.timestamp()) // STEP_SECONDS
    given = code.replace(" ", "")
    for step in (current, current - 1, current + 1):
        if pyotp.utils.strings_equal(pyotp.TOTP(secret).at(step * STEP_SECONDS), given):
            return step
    return None
