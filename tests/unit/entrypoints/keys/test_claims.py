"""Idempotency keys under faults of the database: none stays locked once its request is over."""

import threading
from datetime import timedelta

import attrs
import pytest

from payments.adapters.memory.access import MemoryIdempotencyKeys
from payments.domain.access import KeptAnswer, KeyInProgress, KeyReused
from payments.domain.errors import StorageUnavailable
from payments.entrypoints.blocking import run
from payments.entrypoints.keys.claims import Claims
from payments.testing import NOON

UNTIL = NOON + timedelta(seconds=30)


@attrs.frozen
class Absent(MemoryIdempotencyKeys):
    """Keys in a database that can be away."""

    away: threading.Event = attrs.field(factory=threading.Event)

    async def claim_key(self, *given: object) -> KeptAnswer | None:
        self._check()
        return await super().claim_key(*given)  # type: ignore[arg-type]

    async def release_key(self, *given: object) -> None:
        self._check()
        await super().release_key(*given)  # type: ignore[arg-type]

    def _check(self) -> None:
        if self.away.is_set():
            raise StorageUnavailable("away")


def claim(claims: Claims, key: str = "k", fingerprint: str = "f") -> KeptAnswer | None:
    return run(claims.claim_key("shop", key, fingerprint, NOON, UNTIL))


def test_a_claim_that_could_not_be_released_is_taken_over_by_its_process_at_once() -> None:
    stored = Absent()
    claims = Claims(stored)
    claim(claims)
    stored.away.set()
    run(claims.release_key("shop", "k"))  # the answer of the request is not replaced by this failure
    stored.away.clear()
    assert claim(claims) is None


def test_it_is_released_for_other_processes_when_the_database_is_back() -> None:
    stored = Absent()
    claims, elsewhere = Claims(stored), Claims(stored)
    claim(claims)
    stored.away.set()
    run(claims.release_key("shop", "k"))
    stored.away.clear()
    with pytest.raises(KeyInProgress):
        claim(elsewhere)
    claim(claims, "another")
    assert claim(elsewhere) is None


def test_a_late_release_frees_no_claim_that_another_process_took_over() -> None:
    stored = Absent()
    claims, elsewhere, third = Claims(stored), Claims(stored), Claims(stored)
    claim(claims)
    later = UNTIL + timedelta(seconds=1)
    assert run(elsewhere.claim_key("shop", "k", "f", later, later + timedelta(seconds=30))) is None
    run(claims.release_key("shop", "k"))
    with pytest.raises(KeyInProgress):
        run(third.claim_key("shop", "k", "f", later, later + timedelta(seconds=30)))


def test_a_request_that_still_runs_is_never_taken_over() -> None:
    claims = Claims(MemoryIdempotencyKeys())
    claim(claims)
    with pytest.raises(KeyInProgress) as refusal:
        claim(claims)
    assert refusal.value.retry_after == UNTIL - NOON
    with pytest.raises(KeyReused):
        claim(claims, fingerprint="other")


def test_the_rest_of_another_process_claim_is_told() -> None:
    stored = MemoryIdempotencyKeys()
    claim(Claims(stored))
    with pytest.raises(KeyInProgress) as refusal:
        run(Claims(stored).claim_key("shop", "k", "f", NOON + timedelta(seconds=20), UNTIL))
    assert refusal.value.retry_after == timedelta(seconds=10)
