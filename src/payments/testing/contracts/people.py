"""What holds of every store of the shop's people: operators, their sessions, and the audit list."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from payments.domain.access import Scope
from payments.domain.errors import StorageConflict
from payments.domain.people.audit import FIRST_DIGEST, AuditAction, AuditDraft
from payments.domain.people.operators import Operator, Session
from payments.domain.ports import Store
from payments.domain.use_cases.people.trail import verify
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.contracts.promises import Promised
from payments.testing.shop import NOON

LATER = NOON + timedelta(minutes=5)


def an_operator(name: str = "김담당", **changes: Any) -> Operator:
    fields: dict[str, Any] = {
        "password": "$argon2id$…",
        "created_at": NOON,
        "scopes": frozenset({Scope.READ, Scope.REFUND}),
    }
    return Operator(name=name, **{**fields, **changes})


def a_session(digest: str = "d" * 64, operator: str = "김담당", minutes: int = 0) -> Session:
    at = NOON + timedelta(minutes=minutes)
    return Session(digest=digest, operator=operator, created_at=at, seen_at=at)


def with_operator(store: Store, *sessions: Session) -> Operator:
    run(store.people.operators.add(operator := an_operator()))
    for session in sessions:
        run(store.people.operators.begin_session(session))
    return operator


def a_draft(merchant_id: str | None = "m_1", **changes: Any) -> AuditDraft:
    fields: dict[str, Any] = {
        "at": NOON,
        "by": "operator:김담당",
        "action": AuditAction.REFUND,
        "detail": '{"amount": 500}',
    }
    return AuditDraft(merchant_id=MerchantId(merchant_id) if merchant_id else None, **{**fields, **changes})


class OperatorsContract(Promised):
    """What holds of every store of operators and sessions."""

    def test_an_operator_is_found_by_name_as_stored(self, store: Store) -> None:
        operator = an_operator(otp="sealed", otp_step=3)
        run(store.people.operators.add(operator))
        assert run(store.people.operators.find("김담당")) == operator
        assert run(store.people.operators.find("김담")) is None

    def test_the_name_of_an_operator_is_used_once_for_ever(self, store: Store) -> None:
        operator = with_operator(store)
        run(store.people.operators.change(attrs.evolve(operator, revoked_at=LATER)))
        with pytest.raises(StorageConflict):
            run(store.people.operators.add(an_operator()))

    def test_a_subject_of_an_identity_provider_belongs_to_one_operator_for_ever(self, store: Store) -> None:
        operator, subject = an_operator(subject="https://login.test 42"), "https://login.test 42"
        for one in (operator, an_operator("without"), an_operator("without too")):
            run(store.people.operators.add(one))
        assert run(store.people.operators.find_subject(subject)) == operator
        assert run(store.people.operators.find_subject(subject[:-1])) is None
        revoked = attrs.evolve(operator, revoked_at=LATER)
        assert run(store.people.operators.change(revoked))
        assert run(store.people.operators.find_subject(subject)) == revoked
        with pytest.raises(StorageConflict):
            run(store.people.operators.add(an_operator("another", subject=subject)))

    def test_a_revoked_operator_is_not_found_but_still_listed(self, store: Store) -> None:
        operator = with_operator(store)
        revoked = attrs.evolve(operator, revoked_at=LATER)
        assert run(store.people.operators.change(revoked))
        assert run(store.people.operators.find("김담당")) is None
        assert run(store.people.operators.list()) == [revoked]
        assert not run(store.people.operators.change(operator))

    def test_a_change_ends_the_sessions_of_this_operator_alone(self, store: Store) -> None:
        operator = with_operator(store, a_session("1"), a_session("2"))
        run(store.people.operators.add(an_operator("lee")))
        run(store.people.operators.begin_session(a_session("3", "lee")))
        run(store.people.operators.change(attrs.evolve(operator, password="$another")))  # noqa: S106 - nobody's
        assert run(store.people.operators.session("1")) is None
        assert [one.digest for one in run(store.people.operators.sessions())] == ["3"]

    def test_a_session_comes_with_its_operator_until_it_ends(self, store: Store) -> None:
        operator = with_operator(store, a_session())
        assert run(store.people.operators.session("d" * 64)) == (a_session(), operator)
        assert run(store.people.operators.session("e" * 64)) is None
        assert run(store.people.operators.end_session("d" * 64))
        assert not run(store.people.operators.end_session("d" * 64))
        assert run(store.people.operators.session("d" * 64)) is None

    def test_a_session_is_seen_later_and_never_earlier(self, store: Store) -> None:
        with_operator(store, a_session())
        for at in (LATER, NOON):
            run(store.people.operators.note_session("d" * 64, at))
        [session] = run(store.people.operators.sessions())
        assert session.seen_at == LATER

    def test_old_sessions_are_forgotten(self, store: Store) -> None:
        with_operator(store, a_session("1"), a_session("2", minutes=5))
        assert run(store.people.operators.forget_sessions(LATER)) == 1
        assert [one.digest for one in run(store.people.operators.sessions())] == ["2"]

    def test_a_time_step_of_a_code_is_used_once(self, store: Store) -> None:
        with_operator(store)
        assert run(store.people.operators.use_step("김담당", 7))
        assert not run(store.people.operators.use_step("김담당", 7))
        assert not run(store.people.operators.use_step("김담당", 6))
        assert run(store.people.operators.use_step("김담당", 8))
        assert not run(store.people.operators.use_step("lee", 9))


class AuditContract(Promised):
    """What holds of every audit list: its rows are numbered, and each holds the digest of the one before it."""

    def test_audit_rows_are_numbered_and_each_holds_the_digest_before_it(self, store: Store) -> None:
        first, second = (run(store.people.audit.append(a_draft())) for _ in range(2))
        assert (first.number, first.previous) == (1, FIRST_DIGEST)
        assert (second.number, second.previous) == (2, first.digest)
        assert run(store.people.audit.after(0, 10)) == [first, second]
        assert run(verify(store.people.audit)) == (second, None)

    def test_an_empty_audit_list_is_whole(self, store: Store) -> None:
        assert run(verify(store.people.audit)) == (None, None)

    def test_a_page_of_the_audit_list_is_newest_first_and_of_one_payment_where_asked(self, store: Store) -> None:
        rows = [run(store.people.audit.append(a_draft(of))) for of in ("m_1", None, "m_2", "m_1")]
        assert [row.number for row in run(store.people.audit.page(None, 3))] == [4, 3, 2]
        assert run(store.people.audit.page(2, 3)) == rows[:1]
        assert [row.number for row in run(store.people.audit.page(None, 5, MerchantId("m_1")))] == [4, 1]

    def test_many_audit_rows_at_once_make_one_chain(self, store: Store) -> None:
        at_once(*[lambda: run(store.people.audit.append(a_draft()))] * 16)
        last, broken = run(verify(store.people.audit))
        assert last is not None
        assert (last.number, broken) == (16, None)
