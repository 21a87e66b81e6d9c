"""The life of a token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.wire.tokens import Tokens


def a_desk(**guesses: str) -> Tokens:
    return Tokens("key", "secret", Clock.stopped(1000), Ids(1), Guesses(**guesses))


@pytest.mark.fact("§1.2", "documented", "A token lives 30 minutes.")
@pytest.mark.fact("§1.1", "observed", "A token is 40 lower-case hexadecimal digits.")
def test_a_token_lives_thirty_minutes_and_looks_like_one() -> None:
    desk = a_desk()
    issued = desk.issue("key", "secret")
    assert (issued["now"], issued["expired_at"]) == (1000, 2800)
    text = str(issued["access_token"])
    assert len(text) == 40
    assert set(text) <= set("0123456789abcdef")


@pytest.mark.fact("§1.2", "documented", "Asking again gives the same token with the same end.")
@given(st.integers(0, 1740))
def test_until_its_last_minute_the_same_token_comes_back(after: int) -> None:
    desk = a_desk()
    first = desk.issue("key", "secret")
    desk.clock.move(after)
    assert desk.issue("key", "secret") == first | {"now": 1000 + after}


@pytest.mark.fact("§1.2", "documented", "With less than a minute left, asking gives the same token five minutes more.")
@pytest.mark.fact("§1.2", "guessed", "The five minutes are added to its end, or to now: `token_extended_from`.")
@given(st.integers(1741, 1799), st.sampled_from(["expiry", "now"]))
def test_in_its_last_minute_it_is_extended_by_five(after: int, base: str) -> None:
    desk = a_desk(token_extended_from=base)
    first = desk.issue("key", "secret")
    desk.clock.move(after)
    again = desk.issue("key", "secret")
    assert again["access_token"] == first["access_token"]
    assert again["expired_at"] == (2800 if base == "expiry" else 1000 + after) + 300


@pytest.mark.fact("§1.2", "documented", "After its end a token opens nothing, and asking gives a new one.")
def test_after_its_end_it_opens_nothing_and_a_new_one_is_issued() -> None:
    desk = a_desk()
    old = str(desk.issue("key", "secret")["access_token"])
    desk.clock.move(1799)
    desk.check(old)
    desk.clock.move(1)
    with pytest.raises(CallRefused, match="Unauthorized"):
        desk.check(old)
    new = desk.issue("key", "secret")
    assert new["access_token"] != old
    with pytest.raises(CallRefused):
        desk.check(old)


def test_a_token_may_be_bare_or_a_bearer() -> None:
    desk = a_desk()
    text = str(desk.issue("key", "secret")["access_token"])
    for good in (text, f"Bearer {text}", f"bearer {text}"):
        desk.check(good)
    for bad in ("", "Bearer", f"Basic {text}", text[:-1], text + "0", "한글"):
        with pytest.raises(CallRefused):
            desk.check(bad)


def test_only_the_stores_own_key_and_secret_open_it() -> None:
    desk = a_desk()
    for key, secret, http in (("", "secret", 400), ("key", "", 400), ("key", "x", 401), ("x", "secret", 401)):
        with pytest.raises(CallRefused) as refused:
            desk.issue(key, secret)
        assert refused.value.refusal.http == http
