"""KnownKeys: remembers for a second which API keys are active, so that not every request asks the database."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import attrs

from payments.domain.access import ApiKey, ApiKeys
from payments.domain.errors import StorageConflict, StorageUnavailable

KNOWN_FOR_SECONDS: Final = 1.0
"""How long a key that another process revokes is still accepted here, at most."""
USE_NOTED_EVERY_SECONDS: Final = 60.0
_MOST_KNOWN: Final = 1_000
_log = logging.getLogger("payments.keys")


@attrs.frozen
class KnownKeys:
    """The API keys of a store. Only active keys are remembered, so a new key works at once."""

    _keys: ApiKeys
    _seconds: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[ApiKey, float]] = attrs.field(factory=dict, init=False)
    _noted: dict[str, float] = attrs.field(factory=dict, init=False)

    async def add_key(self, key: ApiKey, digest: str) -> None:
        """Store a new key."""
        await self._keys.add_key(key, digest)

    async def find_key(self, digest: str) -> ApiKey | None:
        """Return the key with this digest unless it was revoked, here or more than a second ago elsewhere."""
        now = self._seconds()
        known = self._known.get(digest)
        if known and now < known[1]:
            return known[0]
        found = await self._keys.find_key(digest)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        if found:
            self._known[digest] = found, now + KNOWN_FOR_SECONDS  # from before it was read
        else:
            self._known.pop(digest, None)
        return found

    async def list_keys(self) -> Sequence[ApiKey]:
        """Return all keys, newest first."""
        return await self._keys.list_keys()

    async def revoke_key(self, prefix: str, at: datetime) -> bool:
        """Revoke the key with this prefix; requests to this process are refused at once."""
        revoked = await self._keys.revoke_key(prefix, at)
        self._known.clear()
        return revoked

    async def expire_key(self, prefix: str, at: datetime) -> bool:
        """Let the key with this prefix expire at *at*; this process knows of it at once."""
        expires = await self._keys.expire_key(prefix, at)
        self._known.clear()
        return expires

    async def note_use(self, prefix: str, at: datetime) -> None:
        """Record that the key was used, at most once a minute. A database that is busy then refuses no request."""
        now = self._seconds()
        if now < self._noted.get(prefix, now):
            return
        if len(self._noted) >= _MOST_KNOWN:
            self._noted.clear()
        self._noted[prefix] = now + USE_NOTED_EVERY_SECONDS
        try:
            await self._keys.note_use(prefix, at)
        except (StorageConflict, StorageUnavailable) as error:
            _log.warning("the use of the API key %s was not recorded: %s", prefix, error)
