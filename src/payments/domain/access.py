"""Ports for those who call over a network: API keys of the shop's servers, idempotency keys, hints of strangers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol

import attrs

from payments.domain.errors import Refused
from payments.domain.values import DEFAULT_PROVIDER, GatewayId, MerchantId


@attrs.define
class KeyInProgress(Refused):
    """The first request with this idempotency key is still being answered, for at most `retry_after`."""

    slug: ClassVar[str] = "idempotency-key-in-progress"
    retry_after: timedelta = timedelta(seconds=2)


class KeyReused(Refused):
    """The idempotency key was used with another request before."""

    slug = "idempotency-key-reused"


IN_PROGRESS: Final = "The first request with this idempotency key is still in progress. Try again later."


class AnswerUnreadable(Refused):
    """The request was executed, but its stored answer was encrypted under a key that is no longer configured."""

    slug = "idempotency-answer-unreadable"


class Scope(StrEnum):
    """What an API key may do. `admin` includes the others."""

    READ = "read"
    PAY = "pay"
    REFUND = "refund"
    ADMIN = "admin"


DEFAULT_SCOPES: Final = frozenset({Scope.READ, Scope.PAY})


@attrs.frozen(kw_only=True)
class ApiKey:
    """A shop server's key, without the key: only its hash is stored. `prefix`, its head, is public.

    `last_used_at` is exact to a minute. From `expires_at` on it is refused.
    """

    name: str
    prefix: str
    created_at: datetime
    scopes: frozenset[Scope] = DEFAULT_SCOPES
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Return whether the key may be used now."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def allows(self, scope: Scope) -> bool:
        """Return whether the key may be used for this."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


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

    async def expire_key(self, prefix: str, at: datetime) -> bool:
        """Let the key with this prefix expire at *at*, unless it does so before; False if there is none alive."""

    async def note_use(self, prefix: str, at: datetime) -> None:
        """Record that the key was used."""


@attrs.frozen(kw_only=True)
class KeptAnswer:
    """The finished answer to a request with an idempotency key, to be replayed."""

    status: int
    body: bytes


class IdempotencyKeys(Protocol):
    """Where requests with an idempotency key are remembered; *scope* is caller and route."""

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        """Take the key until *until*, or return the answer kept for it.

        A claim is taken over if it ran out (its process died), or if it is *owner*'s own: whoever asks knows that its
        request is over. Raises KeyInProgress, or KeyReused where *fingerprint* differs from the first request's.
        """

    async def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Remember the answer to a claimed key."""

    async def release_key(self, scope: str, key: str, owner: str = "") -> None:
        """Forget a claim of *owner* whose answer must not be kept, so that the next try runs again."""

    async def forget_keys(self, before: datetime) -> int:
        """Drop everything claimed before *before*; returns how many."""


@attrs.frozen
class Hint:
    """What a webhook or a return names at a provider: a payment, an attempt or both. Nothing of it is believed."""

    merchant_id: MerchantId | None = None
    gateway_id: GatewayId | None = None
    provider: str = DEFAULT_PROVIDER


class Hints(Protocol):
    """Attempts that strangers named and no payment here knows: a bounded, short-lived list for the worker."""

    async def payment_named(self, hint: Hint) -> MerchantId | None:
        """Return the payment of this id, else the one that has this attempt, if its provider has one."""

    async def add_hint(self, hint: Hint, now: datetime) -> bool:
        """Keep a hint that names an attempt, due at once; False where it is kept already or the list is full."""

    async def claim_hints(self, now: datetime, until: datetime, limit: int, pause: timedelta) -> Sequence[Hint]:
        """Return at most *limit* due hints, oldest first, and make them due again at *until*.

        Whoever claims next, in whichever process, gets none before *pause* has passed: it bounds the rate of look-ups.
        """

    async def remove_hint(self, hint: Hint) -> None:
        """Forget a hint that was followed."""

    async def forget_hints(self, before: datetime) -> int:
        """Drop the hints that were received before *before*; returns how many."""
