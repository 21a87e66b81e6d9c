"""What holds of every store of API keys and idempotency keys."""

import functools
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.domain.access import ApiKey, KeptAnswer, KeyInProgress, KeyReused, Scope
from payments.domain.errors import StorageConflict
from payments.domain.ports import Store
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.contracts.promises import Promised
from payments.testing.contracts.settings import UNHURRIED
from payments.testing.shop import NOON

UNTIL = NOON + timedelta(minutes=1)
DONE = KeptAnswer(status=201, body=b'{"merchant_id":"m"}')


def a_key(prefix: str = "pk_1", minutes: int = 0) -> ApiKey:
    return ApiKey(name="가게 서버", prefix=prefix, created_at=NOON + timedelta(minutes=minutes))


def claim(
    store: Store,
    *,
    scope: str = "shop POST /payments",
    key: str = "k",
    fingerprint: str = "f",
    now: datetime = NOON,
) -> KeptAnswer | None:
    return run(store.idempotency_keys.claim_key(scope, key, fingerprint, now, now + timedelta(minutes=1)))


class KeysContract(Promised):
    """What holds of every store of API keys and idempotency keys."""

    def test_a_key_is_found_by_its_digest_alone(self, store: Store) -> None:
        run(store.api_keys.add_key(a_key(), "d" * 64))
        assert run(store.api_keys.find_key("d" * 64)) == a_key()
        assert run(store.api_keys.find_key("e" * 64)) is None
        assert run(store.api_keys.find_key("pk_1")) is None

    def test_a_revoked_key_is_not_found_but_still_listed(self, store: Store) -> None:
        run(store.api_keys.add_key(a_key(), "d"))
        assert run(store.api_keys.revoke_key("pk_1", UNTIL))
        assert run(store.api_keys.find_key("d")) is None
        assert run(store.api_keys.list_keys()) == [attrs.evolve(a_key(), revoked_at=UNTIL)]

    def test_only_a_living_key_can_be_revoked(self, store: Store) -> None:
        run(store.api_keys.add_key(a_key(), "d"))
        assert not run(store.api_keys.revoke_key("pk_2", UNTIL))
        assert run(store.api_keys.revoke_key("pk_1", UNTIL))
        assert not run(store.api_keys.revoke_key("pk_1", UNTIL + timedelta(1)))
        [key] = run(store.api_keys.list_keys())
        assert key.revoked_at == UNTIL

    def test_keys_are_listed_newest_first(self, store: Store) -> None:
        for number, minutes in enumerate((1, 3, 2)):
            run(store.api_keys.add_key(a_key(f"pk_{number}", minutes), str(number)))
        assert [key.prefix for key in run(store.api_keys.list_keys())] == ["pk_1", "pk_2", "pk_0"]

    @pytest.mark.parametrize(("prefix", "digest"), [("pk_1", "other"), ("pk_2", "d")])
    def test_a_second_key_like_the_first_is_refused(self, store: Store, prefix: str, digest: str) -> None:
        run(store.api_keys.add_key(a_key(), "d"))
        with pytest.raises(StorageConflict):
            run(store.api_keys.add_key(a_key(prefix), digest))
        assert run(store.api_keys.list_keys()) == [a_key()]

    def test_a_key_keeps_its_scopes_its_end_and_its_last_use(self, store: Store) -> None:
        key = attrs.evolve(a_key(), scopes=frozenset({Scope.REFUND, Scope.READ}), expires_at=UNTIL)
        run(store.api_keys.add_key(key, "d"))
        run(store.api_keys.note_use("pk_1", UNTIL))
        run(store.api_keys.note_use("pk_1", NOON))  # of a process whose clock is late
        assert run(store.api_keys.find_key("d")) == attrs.evolve(key, last_used_at=UNTIL)

    def test_a_key_may_expire_sooner_and_never_later(self, store: Store) -> None:
        run(store.api_keys.add_key(a_key(), "d"))
        for at in (UNTIL, UNTIL + timedelta(1), NOON):
            assert run(store.api_keys.expire_key("pk_1", at))
        [key] = run(store.api_keys.list_keys())
        assert key.expires_at == NOON
        assert not key.is_active(NOON)
        assert not run(store.api_keys.expire_key("pk_2", NOON))

    def test_a_key_is_claimed_once_and_its_answer_replayed(self, store: Store) -> None:
        assert claim(store) is None
        with pytest.raises(KeyInProgress):
            claim(store)
        run(store.idempotency_keys.keep_answer("shop POST /payments", "k", DONE))
        assert claim(store) == claim(store, now=NOON + timedelta(days=6)) == DONE

    def test_one_of_many_claims_a_key(self, store: Store) -> None:
        outcomes = at_once(*[functools.partial(claim, store)] * 8)
        assert sorted(type(found).__name__ for found in outcomes) == ["KeyInProgress"] * 7 + ["NoneType"]

    def test_scopes_share_no_keys(self, store: Store) -> None:
        assert claim(store, scope="one") is None
        assert claim(store, scope="two") is None

    def test_a_claim_that_ran_out_is_taken_over_once(self, store: Store) -> None:
        """Its process died. Fails where the new claim does not last as long as a first one."""
        claim(store)
        assert claim(store, now=UNTIL) is None
        with pytest.raises(KeyInProgress):
            claim(store, now=UNTIL + timedelta(seconds=59))

    def test_one_of_many_takes_a_dead_claim_over(self, store: Store) -> None:
        claim(store)
        outcomes = at_once(*[functools.partial(claim, store, now=UNTIL)] * 8)
        assert sorted(type(found).__name__ for found in outcomes) == ["KeyInProgress"] * 7 + ["NoneType"]

    def test_a_key_is_not_for_another_request(self, store: Store) -> None:
        """Whether the first one is at work, has died, or is answered."""
        claim(store)
        for now in (NOON, UNTIL):
            with pytest.raises(KeyReused):
                claim(store, fingerprint="other", now=now)
        run(store.idempotency_keys.keep_answer("shop POST /payments", "k", DONE))
        with pytest.raises(KeyReused):
            claim(store, fingerprint="other")

    def test_a_released_key_may_be_claimed_again(self, store: Store) -> None:
        claim(store)
        run(store.idempotency_keys.release_key("shop POST /payments", "k"))
        assert claim(store, fingerprint="other") is None

    def test_the_first_answer_kept_stays(self, store: Store) -> None:
        """Two may answer where a slow one's claim was taken over: every repeat must hear the same."""
        claim(store)
        keys = store.idempotency_keys
        run(keys.keep_answer("shop POST /payments", "k", DONE))
        run(keys.keep_answer("shop POST /payments", "k", KeptAnswer(status=500, body=b"")))
        run(keys.release_key("shop POST /payments", "k"))
        assert claim(store) == DONE

    def test_old_keys_are_forgotten(self, store: Store) -> None:
        claim(store, key="old")
        run(store.idempotency_keys.keep_answer("shop POST /payments", "old", DONE))
        claim(store, key="new", now=UNTIL)
        assert run(store.idempotency_keys.forget_keys(UNTIL)) == 1
        assert claim(store, key="old", fingerprint="other") is None
        with pytest.raises(KeyInProgress):
            claim(store, key="new", now=UNTIL)

    @settings(max_examples=30, suppress_health_check=UNHURRIED)
    @given(body=st.binary(max_size=2_000), status=st.integers(200, 499))
    def test_an_answer_is_replayed_to_the_byte(self, store: Store, body: bytes, status: int) -> None:
        run(store.idempotency_keys.forget_keys(NOON + timedelta(days=1)))
        claim(store)
        answer = KeptAnswer(status=status, body=body)
        run(store.idempotency_keys.keep_answer("shop POST /payments", "k", answer))
        assert claim(store) == answer

    def test_a_process_takes_its_own_claim_over_and_releases_no_other(self, store: Store) -> None:
        until = NOON + timedelta(minutes=1)
        keys = store.idempotency_keys
        assert run(keys.claim_key("s", "k", "f", NOON, until, "one")) is None
        with pytest.raises(KeyInProgress) as refusal:
            run(keys.claim_key("s", "k", "f", NOON + timedelta(seconds=45), until, "two"))
        assert refusal.value.retry_after == timedelta(seconds=15)
        assert run(keys.claim_key("s", "k", "f", NOON, until, "one")) is None
        run(keys.release_key("s", "k", "two"))
        with pytest.raises(KeyInProgress):
            run(keys.claim_key("s", "k", "f", NOON, until, "two"))
        run(keys.release_key("s", "k", "one"))
        assert run(keys.claim_key("s", "k", "f", NOON, until, "two")) is None
