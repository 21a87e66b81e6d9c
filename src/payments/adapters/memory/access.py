"""MemoryApiKeys and MemoryIdempotencyKeys: what is kept for those who call over a network."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from payments.domain.access import IN_PROGRESS, ApiKey, KeptAnswer, KeyInProgress, KeyReused
from payments.domain.errors import StorageConflict


@attrs.frozen
class MemoryApiKeys:
    """Where the hashes of API keys are kept."""

    _keys: dict[str, ApiKey] = attrs.field(factory=dict)  # by digest
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def add_key(self, key: ApiKey, digest: str) -> None:
        """Store a new key by the hex SHA-256 of its secret. Raises StorageConflict if prefix or digest is in use."""
        with self._lock:
            if digest in self._keys or any(known.prefix == key.prefix for known in self._keys.values()):
                raise StorageConflict("A key like this one exists already. Nothing was stored; make another.")
            self._keys[digest] = key

    async def find_key(self, digest: str) -> ApiKey | None:
        """Return the key with this digest unless it was revoked."""
        key = self._keys.get(digest)
        return key if key and key.revoked_at is None else None

    async def list_keys(self) -> Sequence[ApiKey]:
        """Return all keys, revoked ones too, newest first."""
        with self._lock:
            by_prefix = sorted(self._keys.values(), key=lambda key: key.prefix)
        return sorted(by_prefix, key=lambda key: key.created_at, reverse=True)

    async def revoke_key(self, prefix: str, at: datetime) -> bool:
        """Revoke the key with this public prefix; False if there is none alive."""
        return self._change(prefix, lambda key: attrs.evolve(key, revoked_at=at))

    async def expire_key(self, prefix: str, at: datetime) -> bool:
        """Let the key with this prefix expire at *at*, unless it does so before; False if there is none alive."""
        return self._change(prefix, lambda key: attrs.evolve(key, expires_at=min(key.expires_at or at, at)))

    async def note_use(self, prefix: str, at: datetime) -> None:
        """Record that the key was used."""
        self._change(prefix, lambda key: attrs.evolve(key, last_used_at=max(key.last_used_at or at, at)))

    def _change(self, prefix: str, change: Callable[[ApiKey], ApiKey]) -> bool:
        with self._lock:
            for digest, key in self._keys.items():
                if key.prefix == prefix and key.revoked_at is None:
                    self._keys[digest] = change(key)
                    return True
            return False


@attrs.frozen(kw_only=True)
class _Claim:
    fingerprint: str
    claimed_at: datetime
    until: datetime
    owner: str = ""
    answer: KeptAnswer | None = None


@attrs.frozen
class MemoryIdempotencyKeys:
    """Where requests with an idempotency key are remembered."""

    _claims: dict[tuple[str, str], _Claim] = attrs.field(factory=dict)
    _lock: threading.RLock = attrs.field(factory=threading.RLock)

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        """Take the key until *until*, or return the answer kept for it. Raises KeyInProgress or KeyReused."""
        with self._lock:
            first = self._claims.get((scope, key))
            if first and first.fingerprint != fingerprint:
                raise KeyReused("This idempotency key was used with another request. Nothing was done.")
            if first and first.answer:
                return first.answer
            if first and first.until > now and not (owner and first.owner == owner):
                raise KeyInProgress(IN_PROGRESS, first.until - now)
            self._claims[scope, key] = _Claim(fingerprint=fingerprint, claimed_at=now, until=until, owner=owner)
            return None

    async def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Remember the answer to a claimed key; the first one kept stays."""
        with self._lock:
            claim = self._claims.get((scope, key))
            if claim and not claim.answer:
                self._claims[scope, key] = attrs.evolve(claim, answer=answer)

    async def release_key(self, scope: str, key: str, owner: str = "") -> None:
        """Forget a claim whose answer must not be kept, so that the next try runs again; a kept answer stays."""
        with self._lock:
            claim = self._claims.get((scope, key))
            if claim and not claim.answer and claim.owner == owner:
                del self._claims[scope, key]

    async def forget_keys(self, before: datetime) -> int:
        """Drop everything claimed before *before*; returns how many."""
        with self._lock:
            old = [place for place, claim in self._claims.items() if claim.claimed_at < before]
            for place in old:
                del self._claims[place]
            return len(old)
