"""What holds of every store of operators and sessions."""

from datetime import timedelta

import attrs
import pytest
from builders import NOON

from payments.domain.access import Scope
from payments.domain.errors import BadInput, StorageConflict
from payments.domain.people.operators import SESSION_IDLE, SESSION_LIFE, Operator, Session
from payments.domain.ports import Store
from payments.entrypoints.blocking import run

LATER = NOON + timedelta(minutes=5)


def an_operator(name: str = "김담당", **changes: object) -> Operator:
    fields = {"password": "$argon2id$…", "created_at": NOON, "scopes": frozenset({Scope.READ, Scope.REFUND})}
    return Operator(name=name, **{**fields, **changes})


def a_session(digest: str = "d" * 64, operator: str = "김담당", minutes: int = 0) -> Session:
    at = NOON + timedelta(minutes=minutes)
    return Session(digest=digest, operator=operator, created_at=at, seen_at=at)


def with_operator(store: Store, *sessions: Session) -> Operator:
    run(store.people.operators.add(operator := an_operator()))
    for session in sessions:
        run(store.people.operators.begin_session(session))
    return operator


def test_an_operator_is_found_by_name_as_stored(store: Store) -> None:
    operator = an_operator(otp="sealed", otp_step=3)
    run(store.people.operators.add(operator))
    assert run(store.people.operators.find("김담당")) == operator
    assert run(store.people.operators.find("김담")) is None


def test_a_name_is_used_once_for_ever(store: Store) -> None:
    operator = with_operator(store)
    run(store.people.operators.change(attrs.evolve(operator, revoked_at=LATER)))
    with pytest.raises(StorageConflict):
        run(store.people.operators.add(an_operator()))


def test_a_revoked_operator_is_not_found_but_still_listed(store: Store) -> None:
    operator = with_operator(store)
    revoked = attrs.evolve(operator, revoked_at=LATER)
    assert run(store.people.operators.change(revoked))
    assert run(store.people.operators.find("김담당")) is None
    assert run(store.people.operators.list()) == [revoked]
    assert not run(store.people.operators.change(operator))


def test_a_change_ends_the_sessions_of_this_operator_alone(store: Store) -> None:
    operator = with_operator(store, a_session("1"), a_session("2"))
    run(store.people.operators.add(an_operator("lee")))
    run(store.people.operators.begin_session(a_session("3", "lee")))
    run(store.people.operators.change(attrs.evolve(operator, password="$another")))
    assert run(store.people.operators.session("1")) is None
    assert [one.digest for one in run(store.people.operators.sessions())] == ["3"]


def test_a_session_comes_with_its_operator_until_it_ends(store: Store) -> None:
    operator = with_operator(store, a_session())
    assert run(store.people.operators.session("d" * 64)) == (a_session(), operator)
    assert run(store.people.operators.session("e" * 64)) is None
    assert run(store.people.operators.end_session("d" * 64))
    assert not run(store.people.operators.end_session("d" * 64))
    assert run(store.people.operators.session("d" * 64)) is None


def test_a_session_is_seen_later_and_never_earlier(store: Store) -> None:
    with_operator(store, a_session())
    for at in (LATER, NOON):
        run(store.people.operators.note_session("d" * 64, at))
    [session] = run(store.people.operators.sessions())
    assert session.seen_at == LATER


def test_old_sessions_are_forgotten(store: Store) -> None:
    with_operator(store, a_session("1"), a_session("2", minutes=5))
    assert run(store.people.operators.forget_sessions(LATER)) == 1
    assert [one.digest for one in run(store.people.operators.sessions())] == ["2"]


def test_a_time_step_is_used_once(store: Store) -> None:
    with_operator(store)
    assert run(store.people.operators.use_step("김담당", 7))
    assert not run(store.people.operators.use_step("김담당", 7))
    assert not run(store.people.operators.use_step("김담당", 6))
    assert run(store.people.operators.use_step("김담당", 8))
    assert not run(store.people.operators.use_step("lee", 9))


def test_a_session_ends_after_a_day_of_work_and_after_a_pause() -> None:
    session = a_session()
    assert session.is_valid(NOON + SESSION_IDLE - timedelta(seconds=1))
    assert not session.is_valid(NOON + SESSION_IDLE)
    awake = attrs.evolve(session, seen_at=NOON + SESSION_LIFE)
    assert not awake.is_valid(NOON + SESSION_LIFE)


@pytest.mark.parametrize("name", ["", " kim", "kim\n", "k" * 61, "ki\u202em"])
def test_a_name_must_be_printable_and_short(name: str) -> None:
    with pytest.raises(BadInput):
        an_operator(name)
