"""SealedAnswers: encrypts the answers that idempotency keys keep, which contain buyers' data and client tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import attrs
from cryptography.fernet import InvalidToken, MultiFernet

from payments.adapters.sealing.keys import fernet
from payments.domain.access import AnswerUnreadable, IdempotencyKeys, KeptAnswer


@attrs.frozen
class SealedAnswers:
    """The idempotency keys of a store, whose answers are stored encrypted."""

    _keys: IdempotencyKeys
    _fernet: MultiFernet = attrs.field(repr=False)

    @classmethod
    def over(cls, keys: IdempotencyKeys, secrets: Sequence[str]) -> Self:
        """Return *keys* with answers encrypted under the first of *secrets*, which are Fernet keys."""
        return cls(keys, fernet(secrets))

    async def claim_key(
        self, scope: str, key: str, fingerprint: str, now: datetime, until: datetime, owner: str = ""
    ) -> KeptAnswer | None:
        """Take the key, or return its answer. Raises KeyInProgress, KeyReused or AnswerUnreadable."""
        kept = await self._keys.claim_key(scope, key, fingerprint, now, until, owner)
        if kept is None:
            return None
        try:
            return attrs.evolve(kept, body=self._fernet.decrypt(kept.body))
        except InvalidToken:
            raise AnswerUnreadable(
                "This request was executed before, but its answer can no longer be read. Read the payment instead."
            ) from None

    async def keep_answer(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Store the encrypted answer to a claimed key."""
        await self._keys.keep_answer(scope, key, attrs.evolve(answer, body=self._fernet.encrypt(answer.body)))

    async def release_key(self, scope: str, key: str, owner: str = "") -> None:
        """Forget a claim whose answer must not be kept."""
        await self._keys.release_key(scope, key, owner)

    async def forget_keys(self, before: datetime) -> int:
        """Drop everything claimed before *before*; returns how many."""
        return await self._keys.forget_keys(before)
