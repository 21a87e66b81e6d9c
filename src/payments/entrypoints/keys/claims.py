"""Claims: the idempotency keys that requests of this process hold, so that a fault of the database locks none of them.

A claim stays in the database if it could not be released, because the database was away. This process knows which of
its requests are over, so it takes such a claim over at once, and releases it when the database is back. Claims of a
process that was killed run out after about as long as one request may take.
"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.domain.access import IN_PROGRESS, IdempotencyKeys, KeptAnswer, KeyInProgress, KeyReused
from payments.domain.errors import StorageConflict, StorageUnavailable

MOST_UNRELEASED: Final = 1_000
_log = logging.getLogger("payments.http")
_Place = tuple[str, str]


@attrs.frozen
class _Running:
    fingerprint: str
    lasts: timedelta


@attrs.frozen
class Claims:
    """The idempotency keys of a store, as one process uses them."""

    _keys: IdempotencyKeys
    _owner: str = attrs.field(factory=lambda: secrets.token_hex(16))
    _running: dict[_Place, _Running] = attrs.field(factory=dict, init=False)
    _unreleased: dict[_Place, None] = attrs.field(factory=dict, init=False)

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        """Take the key until *until*, or return its answer. Raises KeyInProgress, KeyReused or AnswerUnreadable."""
        place, mine = (scope, key), _Running(fingerprint, until - now)
        first = self._running.setdefault(place, mine)
        if first is not mine:
            if first.fingerprint != fingerprint:
                raise KeyReused("This idempotency key was used with another request. Nothing was done.")
            raise KeyInProgress(IN_PROGRESS, first.lasts)
        try:
            answer = await self._keys.claim_key(scope, key, fingerprint, now, until, owner or self._owner)
        except BaseException:
            del self._running[place]
            raise
        if answer:
            del self._running[place]
        await self._release_later_ones()
        return answer

    async def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Store the answer to a claimed key."""
        try:
            await self._keys.keep_answer(scope, key, answer)
        finally:
            self._running.pop((scope, key), None)

    async def release_key(self, scope: str, key: str, owner: str = "") -> None:
        """Forget a claim without an answer. If the database does not answer, this is repeated when it is back."""
        try:
            await self._keys.release_key(scope, key, owner or self._owner)
        except (StorageUnavailable, StorageConflict) as error:
            _log.warning("an idempotency key was not released yet: %s", error)
            if len(self._unreleased) < MOST_UNRELEASED:
                self._unreleased[scope, key] = None
        finally:
            self._running.pop((scope, key), None)

    async def forget_keys(self, before: datetime) -> int:
        """Drop everything claimed before *before*; returns how many."""
        return await self._keys.forget_keys(before)

    async def _release_later_ones(self) -> None:
        """Release what could not be released before, unless its request was repeated in the meantime."""
        while self._unreleased:
            try:
                place, _ = self._unreleased.popitem()
            except KeyError:  # another thread took it
                return
            if place in self._running:
                continue
            before = len(self._unreleased)
            await self.release_key(*place)
            if len(self._unreleased) > before:
                return  # the database is away again
