"""Who may call V2, and what was answered before under an idempotency key.

AccessTokens   `POST /login/api-secret`: an access token for half an hour, a refresh token for a day
Idempotency    the answers of the last three hours by their `Idempotency-Key`
"""

import base64
import hashlib
import hmac
import json
import re
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.portone_settings import PortOneSettings

ACCESS_SECONDS: Final = 30 * 60
REFRESH_SECONDS: Final = 24 * 3600
KEPT_SECONDS: Final = 3 * 3600
KEPT_MAX: Final = 10_000
KEY: Final = re.compile(r"[\x21\x23-\x7e]{16,256}")
SCHEME: Final = "portone"


@attrs.define
class AccessTokens:
    """The tokens that a secret was exchanged for; each login or refresh ends the earlier refresh token."""

    settings: PortOneSettings
    clock: Clock
    ids: Ids
    _access: dict[str, float] = attrs.field(factory=dict, init=False)
    _refresh: tuple[str, float] = attrs.field(default=("", 0.0), init=False)

    def login(self, secret: str) -> dict[str, str]:
        """Return two tokens for the secret. Raises CallRefused (401)."""
        if not _same(secret, self.settings.secret):
            raise refused("UNAUTHORIZED")
        return self._issued()

    def refresh(self, token: str) -> dict[str, str]:
        """Return two new tokens for a refresh token. Raises CallRefused (401)."""
        known, ends = self._refresh
        if not known or not _same(token, known) or ends <= self.clock.exact():
            raise refused("UNAUTHORIZED")
        return self._issued()

    def _issued(self) -> dict[str, str]:
        now = self.clock.exact()
        self._access = {token: ends for token, ends in self._access.items() if ends > now}
        access, refresh = self._token(now + ACCESS_SECONDS), self._token(now + REFRESH_SECONDS)
        self._access[access], self._refresh = now + ACCESS_SECONDS, (refresh, now + REFRESH_SECONDS)
        return {"accessToken": access, "refreshToken": refresh}

    def _token(self, ends: float) -> str:
        parts = [{"alg": "HS256", "typ": "JWT"}, {"exp": int(ends), "jti": self.ids.uuid()}]
        return ".".join([*(_encoded(json.dumps(part).encode()) for part in parts), self.ids.token()])

    def check(self, authorization: str) -> None:
        """Accept `PortOne SECRET` or `Bearer TOKEN`. Raises CallRefused (401) for anything else."""
        scheme, _, given = authorization.strip().partition(" ")
        if scheme.lower() == SCHEME and _same(given.strip(), self.settings.secret):
            return
        if scheme.lower() == "bearer" and self._access.get(given.strip(), 0) > self.clock.exact():
            return
        raise refused("UNAUTHORIZED")


def _encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


@attrs.frozen
class Request:
    """What makes two calls the same one."""

    key: str
    scope: str
    digest: str


@attrs.define
class Idempotency:
    """The answers by key; of a call that is still at work, when it will have been done."""

    settings: PortOneSettings
    clock: Clock
    rows: dict[str, Any] = attrs.field(factory=dict, repr=False)

    def request_of(self, header: str, method: str, path: str, body: bytes) -> Request | None:
        """Return the call of a header's value, None without one. Raises CallRefused for an unusable key."""
        if not header or method == "GET":
            return None
        key = header.strip()
        if len(key) > 1 and key[0] == key[-1] == '"':
            key = key[1:-1]
        if not KEY.fullmatch(key):
            raise refused("INVALID_REQUEST", "Idempotency-Key: 16 to 256 ASCII characters in double quotes")
        scope = path if self.settings.guesses.idempotency_scope == "path" else ""
        digest = hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()
        return Request(key, scope, digest)

    def answered(self, request: Request) -> tuple[int, Any] | None:
        """Return the stored answer, None for a new call. Raises CallRefused."""
        self._forget_old()
        known = self.rows.get(_name(request))
        if known is None:
            return None
        if known["digest"] != request.digest and self.settings.guesses.idempotency_misuse == "refused":
            raise refused("INVALID_REQUEST", "Idempotency-Key: was used for another request")
        if known["until"] > self.clock.exact():
            raise refused("IDEMPOTENCY_OUTSTANDING_REQUEST")
        return known["http"], known["body"]

    def keep(self, request: Request, http: int, body: Any, works: int = 0) -> None:
        """Keep an answer; for *works* seconds more, the call is said to be at work."""
        now = self.clock.exact()
        entry = {"digest": request.digest, "http": http, "body": body, "at": now, "until": now + works if works else 0}
        self.rows[_name(request)] = entry

    def _forget_old(self) -> None:
        oldest = self.clock.exact() - KEPT_SECONDS
        for name in list(self.rows):
            if self.rows[name]["at"] > oldest and len(self.rows) <= KEPT_MAX:
                break
            del self.rows[name]


def _name(request: Request) -> str:
    return f"{request.scope} {request.key}"
