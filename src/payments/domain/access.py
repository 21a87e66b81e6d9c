"""Ports for those who call over a network: API keys of the shop's servers, and idempotency keys of any caller."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from payments.domain.errors import Refused


class KeyInProgress(Refused):
    """The first request with this idempotency key is still being answered."""

    slug = "idempotency-key-in-progress"


class KeyReused(Refused):
    """The idempotency key was used with another request before."""

    slug = "idempotency-key-reused"


@attrs.frozen(kw_only=True)
class ApiKey:
    """A shop server's key, without the key: only its hash is stored. `prefix`, its head, is public."""

    name: str
    prefix: str
    created_at: datetime
    revoked_at: datetime | None = None


class ApiKeys(Protocol):
    """Where the hashes of API keys are kept."""

    async def add_key(self, key: ApiKey, digest: str) -> None:
        """Store a new key by the hex SHA-256 of its secret."""

    async def find_key(self, digest: str) -> ApiKey | None:
        """Return the key with this digest unless it was revoked."""

    async def list_keys(self) -> Sequence[ApiKey]:
        """Return all keys, revoked ones too, newest first."""

    async def revoke_key(self, prefix: str, at: datetime) -> bool:
        """Revoke the key with this public prefix; False if there is none alive."""


@attrs.frozen(kw_only=True)
class KeptAnswer:
    """The finished answer to a request with an idempotency key, to be replayed."""

    status: int
    body: bytes


class IdempotencyKeys(Protocol):
    """Where requests with an idempotency key are remembered; *scope* is caller and route."""

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime
    ) -> KeptAnswer | None:
        """Take the key until *until*, or return the answer kept for it.

        A claim that ran out (its process died) is taken over. Raises KeyInProgress, or KeyReused where *fingerprint*
        differs from the first request's.
        """

    async def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Remember the answer to a claimed key."""

    async def release_key(self, scope: str, key: str) -> None:
        """Forget a claim whose answer must not be kept, so that the next try runs again."""

    async def forget_keys(self, before: datetime) -> int:
        """Drop everything claimed before *before*; returns how many."""
