"""TokenDesk: who may call, and for how long; one live token per key."""

import hmac

import attrs

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.messages import KEYS_MISSING, KEYS_WRONG, UNAUTHORIZED, RefusedError

LIFE = 30 * 60
EXTENSION = 5 * 60
NEARLY_OVER = 60


@attrs.frozen
class Token:
    """An access token and its end (UNIX seconds)."""

    text: str
    expires_at: int


@attrs.define
class TokenDesk:
    """Issues and checks tokens by the documented rules of their life."""

    key: str
    secret: str
    clock: Clock
    ids: Ids
    guesses: Guesses
    _live: Token | None = attrs.field(default=None, init=False)

    def issue(self, key: str, secret: str) -> dict[str, object]:
        """Return `access_token`, `now` and `expired_at`: the live token, extended in its last minute, or a new one."""
        if not key or not secret:
            raise RefusedError(KEYS_MISSING)
        known = hmac.compare_digest(key.encode(), self.key.encode())
        if not (hmac.compare_digest(secret.encode(), self.secret.encode()) and known):
            raise RefusedError(KEYS_WRONG)
        now = self.clock.now()
        self._live = token = self._for(now)
        return {"access_token": token.text, "now": now, "expired_at": token.expires_at}

    def _for(self, now: int) -> Token:
        live = self._live
        if live is None or live.expires_at <= now:
            return Token(self.ids.token(), now + LIFE)
        if live.expires_at - now >= NEARLY_OVER:
            return live
        base = now if self.guesses.token_extended_from == "now" else live.expires_at  # noqa: S105 - a guess's name
        return attrs.evolve(live, expires_at=base + EXTENSION)

    def check(self, authorization: str) -> None:
        """Let a bare or `Bearer` token pass; raise RefusedError (401) for anything else."""
        scheme, _, rest = authorization.strip().partition(" ")
        given = rest.strip() if scheme.lower() == "bearer" else authorization.strip()
        live = self._live
        if (
            live is None
            or live.expires_at <= self.clock.now()
            or not hmac.compare_digest(given.encode(), live.text.encode())
        ):
            raise RefusedError(UNAUTHORIZED)

    def expire(self) -> None:
        """End the live token now, as an operator or a fault would."""
        self._live = None
