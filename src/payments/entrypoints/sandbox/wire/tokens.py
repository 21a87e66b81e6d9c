"""Tokens: who may call, and for how long; a key has one valid token at a time."""

import hmac
from typing import Final

import attrs

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.messages import KEYS_MISSING, KEYS_WRONG, UNAUTHORIZED

EXPIRES_AFTER_SECONDS: Final = 30 * 60
EXTENDED_BY_SECONDS: Final = 5 * 60
EXTENDED_BELOW_SECONDS: Final = 60


@attrs.frozen
class Token:
    """An access token and its end (UNIX seconds)."""

    text: str
    expires_at: int


@attrs.define
class Tokens:
    """Issues and checks access tokens by the documented rules."""

    key: str
    secret: str
    clock: Clock
    ids: Ids
    guesses: Guesses
    _live: Token | None = attrs.field(default=None, init=False)

    def snapshot(self) -> Token | None:
        """Return the token that is valid, or was last."""
        return self._live

    def restore(self, snapshot: Token | None) -> None:
        """Take over what `snapshot` returned."""
        self._live = snapshot

    def issue(self, key: str, secret: str) -> dict[str, object]:
        """Return `access_token`, `now` and `expired_at`: the valid token, extended in its last minute, or a new one."""
        if not key or not secret:
            raise CallRefused(KEYS_MISSING)
        known = hmac.compare_digest(key.encode(), self.key.encode())
        if not (hmac.compare_digest(secret.encode(), self.secret.encode()) and known):
            raise CallRefused(KEYS_WRONG)
        now = self.clock.now()
        self._live = token = self._for(now)
        return {"access_token": token.text, "now": now, "expired_at": token.expires_at}

    def _for(self, now: int) -> Token:
        live = self._live
        if live is None or live.expires_at <= now:
            return Token(self.ids.token(), now + EXPIRES_AFTER_SECONDS)
        if live.expires_at - now >= EXTENDED_BELOW_SECONDS:
            return live
        base = now if self.guesses.token_extended_from == "now" else live.expires_at  # noqa: S105 - a guess's name
        return attrs.evolve(live, expires_at=base + EXTENDED_BY_SECONDS)

    def check(self, authorization: str) -> None:
        """Accept a bare or `Bearer` token. Raises CallRefused (401) for anything else."""
        scheme, _, rest = authorization.strip().partition(" ")
        given = rest.strip() if scheme.lower() == "bearer" else authorization.strip()
        live = self._live
        if (
            live is None
            or live.expires_at <= self.clock.now()
            or not hmac.compare_digest(given.encode(), live.text.encode())
        ):
            raise CallRefused(UNAUTHORIZED)

    def expire(self) -> None:
        """Revoke the valid token, as an operator or a fault does."""
        self._live = None
