"""API keys are remembered for a second, and a revoked one no longer."""

import attrs

from payments.adapters.memory.access import MemoryApiKeys
from payments.domain.access import ApiKey
from payments.entrypoints.blocking import run
from payments.entrypoints.keys.known_keys import KNOWN_FOR_SECONDS, KnownKeys
from payments.testing import NOON

KEY = ApiKey(name="shop", prefix="pk_1", created_at=NOON)


@attrs.frozen
class CountedKeys(MemoryApiKeys):
    asked: list[str] = attrs.field(factory=list)

    async def find_key(self, digest: str) -> ApiKey | None:
        self.asked.append(digest)
        return await super().find_key(digest)


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def setting() -> tuple[CountedKeys, Seconds, KnownKeys]:
    stored, seconds = CountedKeys(), Seconds()
    return stored, seconds, KnownKeys(stored, seconds)


def test_an_active_key_is_looked_up_once_a_second() -> None:
    stored, seconds, known = setting()
    run(stored.add_key(KEY, "digest"))
    assert [run(known.find_key("digest")) for _ in range(5)] == [KEY] * 5
    assert len(stored.asked) == 1
    seconds.now += KNOWN_FOR_SECONDS
    assert run(known.find_key("digest")) == KEY
    assert len(stored.asked) == 2


def test_a_key_revoked_elsewhere_is_refused_after_a_second() -> None:
    """Fails where each use of a key prolongs how long it is remembered."""
    stored, seconds, known = setting()
    run(stored.add_key(KEY, "digest"))
    assert run(known.find_key("digest")) == KEY
    run(stored.revoke_key(KEY.prefix, NOON))
    seconds.now += KNOWN_FOR_SECONDS / 2
    assert run(known.find_key("digest")) == KEY
    seconds.now += KNOWN_FOR_SECONDS / 2
    assert run(known.find_key("digest")) is None


def test_a_key_revoked_here_is_refused_at_once() -> None:
    stored, _, known = setting()
    run(stored.add_key(KEY, "digest"))
    assert run(known.find_key("digest")) == KEY
    assert run(known.revoke_key(KEY.prefix, NOON))
    assert run(known.find_key("digest")) is None


def test_an_unknown_key_works_as_soon_as_it_is_stored() -> None:
    _, _, known = setting()
    assert run(known.find_key("digest")) is None
    run(known.add_key(KEY, "digest"))
    assert run(known.find_key("digest")) == KEY
